import { createHash, randomBytes } from 'node:crypto';
import {
  appendFileSync,
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { copyFileHashed } from '../../src/host/copy-file.ts';
import { digestFile } from '../../src/host/hash-file.ts';
import { failure } from '../image/failure.ts';
import { onSmallFileSystem, withoutPrivileges } from './support.ts';

const mebi = 1024 * 1024;
let root: string;
let from: string;
let to: string;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'ctinstall-copy-'));
  from = join(root, 'from');
  to = join(root, 'to');
});
afterEach(() => rmSync(root, { recursive: true }));

function put(size: number): Buffer {
  const bytes = randomBytes(size);
  writeFileSync(from, bytes);
  return bytes;
}

function sha256(bytes: Buffer): string {
  return createHash('sha256').update(bytes).digest('hex');
}

const options = { needsSha256: true, mode: 0o644 };

describe('copyFileHashed', () => {
  it.each([0, 1, 4 * mebi - 1, 4 * mebi, 9 * mebi + 17, 33 * mebi])('copies %d bytes and hashes them', async (size) => {
    const bytes = put(size);
    const seen: number[] = [];
    const copied = await copyFileHashed(from, to, {
      ...options,
      onProgress: (done) => seen.push(done),
    });
    expect(copied).toMatchObject({ size, sha256: sha256(bytes) });
    expect(readFileSync(to).equals(bytes)).toBe(true);
    expect(seen).toEqual(seen.toSorted((a, b) => a - b));
    expect(seen.at(-1) ?? 0).toBe(size);
    expect(statSync(to).mode & 0o777).toBe(0o644 & ~process.umask());
  });

  it.each([0, 5, 4 * mebi, 33 * mebi + 17])(
    'copies %d bytes and computes their digest where no SHA-256 is asked for',
    async (size) => {
      const bytes = put(size);
      const seen: number[] = [];
      const copied = await copyFileHashed(from, to, {
        ...options,
        needsSha256: false,
        onProgress: (done) => seen.push(done),
      });
      expect(copied).toMatchObject({ size, sha256: undefined, digest: await digestFile(from) });
      expect(readFileSync(to).equals(bytes)).toBe(true);
      expect(seen).toEqual(seen.toSorted((a, b) => a - b));
      expect(seen.at(-1) ?? 0).toBe(size);
    },
  );

  it('gives the copy the mode asked for, whatever the source has', async () => {
    put(10);
    chmodSync(from, 0o400);
    await copyFileHashed(from, to, { needsSha256: false, mode: 0o664 });
    expect(statSync(to).mode & 0o777).toBe(0o664 & ~process.umask());
  });

  it('leaves a file alone that is there', async () => {
    put(10);
    writeFileSync(to, 'the user’s');
    const error = await failure(copyFileHashed(from, to, options));
    expect(error.code).toBe('filesystem');
    expect(error.message).toBe(`cannot copy \`${from}\` to \`${to}\`: it is there already`);
    expect(readFileSync(to, 'utf8')).toBe('the user’s');
  });

  it('refuses a source that changes meanwhile', async () => {
    put(9 * mebi);
    let isChanged = false;
    const onProgress = (): void => {
      if (!isChanged) appendFileSync(from, 'more');
      isChanged = true;
    };
    const error = await failure(copyFileHashed(from, to, { ...options, onProgress }));
    expect(error).toMatchObject({
      code: 'image-changed',
      message: `\`${from}\` changed while it was read`,
    });
    expect(readdirSync(root)).toEqual(['from']);
  });

  it('stops when asked to', async () => {
    put(20 * mebi);
    const stop = new AbortController();
    const copying = copyFileHashed(from, to, {
      ...options,
      signal: stop.signal,
      onProgress: () => stop.abort(),
    });
    expect((await failure(copying)).code).toBe('interrupted');
    expect(readdirSync(root)).toEqual(['from']);
  });

  it('names what it cannot read or write', async () => {
    expect(await failure(copyFileHashed(from, to, options))).toMatchObject({
      code: 'filesystem',
      message: `cannot read \`${from}\`: no such file or directory`,
    });
    put(10);
    expect((await failure(copyFileHashed(from, join(root, 'none/to'), options))).message).toContain(
      join(root, 'none/to'),
    );
    mkdirSync(join(root, 'closed'));
    chmodSync(join(root, 'closed'), 0o555);
    chmodSync(from, 0o444);
    await withoutPrivileges(root, async () => {
      const error = await failure(copyFileHashed(from, join(root, 'closed/to'), options));
      expect(error.code).toBe('prefix-not-writable');
    });
    const directory = await failure(copyFileHashed(root, to, options));
    expect(directory.code).toBe('filesystem');
    expect(existsSync(to)).toBe(false);
  });

  it('leaves nothing on a file system that is full', async () => {
    put(4 * mebi);
    const small = join(root, 'small');
    mkdirSync(small);
    await onSmallFileSystem(small, { size: '2m' }, async () => {
      const error = await failure(copyFileHashed(from, join(small, 'to'), options));
      expect(error.code).toBe('no-space');
      expect(error.message).toContain(`\`${join(small, 'to')}\``);
      expect(readdirSync(small)).toEqual([]);
    });
  });
});
