import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { appendFileSync, mkdtempSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { fastestForm } from '../../src/host/digest-forms.ts';
import { digestFile, hashFile } from '../../src/host/hash-file.ts';
import { failure } from '../image/failure.ts';

const mebi = 1024 * 1024;
let root: string;
let path: string;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'ctinstall-hash-'));
  path = join(root, 'file');
});
afterEach(() => rmSync(root, { recursive: true }));

/** Bytes 0 to 250 again and again: no two pieces are alike. */
function counting(size: number): Buffer {
  return Buffer.alloc(size, Buffer.from(Array.from({ length: 251 }, (_, at) => at)));
}

/** Each root computed with Python: SHA-256 of the joined `hashlib.sha256(data[i:i + 2**20]).digest()`. */
const vectors: [string, Buffer, string][] = [
  ['no byte', Buffer.alloc(0), 'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855'],
  ['three bytes', Buffer.from('abc'), '4f8b42c22dd3729b519ba6f68d2da7cc5b2d606d05daed5ad5128cc03e6c6358'],
  ['one piece of zeros', Buffer.alloc(mebi), '599d71033d700ac892a0e48fa61b125d2f59941bb45da1909444d43c6ee0bab2'],
  ['a byte more', Buffer.alloc(mebi + 1), '28638dab8d5e1754a4ecb38b0ebe6df66c844f94aed142d4d0283d208bb786cd'],
  ['twenty pieces', counting(20 * mebi), 'd4d341b156562c25cb50639068c65ed03188309bfa01f2847b0e318c66de8b84'],
];

describe('digestFile', () => {
  it.each(vectors)('of %s is as another program computes it', async (_, content, root) => {
    writeFileSync(path, content);
    expect(await digestFile(path, undefined, 'sha256-tree-1MiB')).toBe(`sha256-tree-1MiB:${root}`);
  });

  const sizes = [0, mebi, mebi + 1, 8 * mebi, 17 * mebi + 5];
  it.each((['sha256', 'blake2b512'] as const).flatMap((name) => sizes.map((size) => [name, size] as const)))(
    'with %s of %d bytes is what the command in the documentation prints',
    async (name, size) => {
      writeFileSync(path, counting(size));
      const command = `split -b 1M --filter='openssl dgst -${name} -binary' "$1" | openssl dgst -${name}`;
      const printed = execFileSync('sh', ['-c', command, 'sh', path], { encoding: 'utf8' }).trim().split(' ').at(-1);
      const form = `${name}-tree-1MiB` as const;
      expect(await digestFile(path, undefined, form)).toBe(`${form}:${printed}`);
    },
  );

  it('is in the form that is fastest here, unless it is asked for another', async () => {
    writeFileSync(path, counting(9 * mebi));
    expect(await digestFile(path)).toBe(await digestFile(path, undefined, fastestForm()));
  });

  it('differs when two pieces change places, one byte is another, or a byte comes or goes', async () => {
    const content = counting(20 * mebi);
    const swapped = Buffer.concat([
      content.subarray(mebi, 2 * mebi),
      content.subarray(0, mebi),
      content.subarray(2 * mebi),
    ]);
    const changed = Buffer.from(content);
    changed[19 * mebi + 7] = 255;
    const digests = [];
    for (const each of [content, swapped, changed]) {
      writeFileSync(path, each);
      digests.push(await digestFile(path));
    }
    writeFileSync(path, content);
    appendFileSync(path, '\0');
    digests.push(await digestFile(path));
    truncateSync(path, content.length - 1);
    digests.push(await digestFile(path));
    expect(new Set(digests).size).toBe(5);
  });
});

describe.each([
  ['hashFile', hashFile],
  ['digestFile', digestFile],
])('%s', (_, hash) => {
  it('hashes many files at a time', async () => {
    const paths = Array.from({ length: 6 }, (_, at) => join(root, `${at}`));
    for (const [at, each] of paths.entries()) writeFileSync(each, counting(9 * mebi + (at % 2)));
    const [even, odd, ...others] = await Promise.all(paths.map((each) => hash(each)));
    expect(even).not.toBe(odd);
    expect(others).toEqual([even, odd, even, odd]);
  });

  it('stops when asked to', async () => {
    writeFileSync(path, counting(20 * mebi));
    const stop = new AbortController();
    const hashing = hash(path, stop.signal);
    stop.abort();
    expect((await failure(hashing)).code).toBe('interrupted');
  });

  it('names what it cannot read', async () => {
    expect(await failure(hash(path))).toMatchObject({
      code: 'filesystem',
      message: `cannot read \`${path}\`: no such file or directory`,
    });
    expect((await failure(hash(root))).code).toBe('filesystem');
  });
});

it.each([0, 3, 8 * mebi, 33 * mebi + 5])('hashFile of %d bytes is their SHA-256', async (size) => {
  const content = counting(size);
  writeFileSync(path, content);
  expect(await hashFile(path)).toBe(createHash('sha256').update(content).digest('hex'));
});
