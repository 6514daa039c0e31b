import { execFileSync } from 'node:child_process';
import { copyFileSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { hostPath } from '../../../src/lib/paths.ts';
import { addToSquashfs } from '../../../src/operations/build/pack.ts';
import type { Context } from '../../../src/operations/context.ts';

/* Real squashfs of all compressors, looked at by the real unsquashfs. */

function temporary(): string {
  const directory = mkdtempSync(join(tmpdir(), 'ctinstall-pack-'));
  onTestFinished(() => rmSync(directory, { recursive: true, force: true }));
  return directory;
}

function put(root: string, files: Readonly<Record<string, string>>): void {
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(join(root, path, '..'), { recursive: true });
    writeFileSync(join(root, path), text);
  }
}

const context = {
  environment: process.env,
  cwd: hostPath('/'),
  signal: new AbortController().signal,
  reporter: { report: () => undefined },
} as unknown as Context;

/** Path → mode, size and target of all that is in it. */
function list(file: string): string[] {
  const text = execFileSync('unsquashfs', ['-d', '', '-lln', '-o', '4096', file], { encoding: 'utf8' });
  return text
    .split('\n')
    .filter((line) => /^[-dl]/.test(line))
    .map((line) => line.replace(/\d{4}-\d\d-\d\d \d\d:\d\d/, ''))
    .sort();
}

function makeBase(directory: string, comp: string, many = 0): string {
  const root = join(directory, 'base');
  put(root, {
    '.meta/env/90.sh': 'base',
    'usr/bin/prog': 'x'.repeat(200_000),
    'zoo/animal': 'y',
    ...Object.fromEntries(Array.from({ length: many }, (_, index) => [`d${index}-${'n'.repeat(60)}/f`, `${index}`])),
  });
  symlinkSync('usr/bin', join(root, 'bin'));
  const file = join(directory, 'base.sq');
  writeFileSync(file, Buffer.alloc(4096));
  execFileSync('mksquashfs', [
    root,
    file,
    '-offset',
    '4096',
    '-comp',
    comp,
    '-noappend',
    '-all-root',
    '-quiet',
    '-no-progress',
  ]);
  return file;
}

async function add(directory: string, file: string, names: readonly string[]): Promise<void> {
  const directories = new Map(names.map((name) => [name, hostPath(join(directory, 'layer', name))]));
  const work = hostPath(mkdtempSync(join(directory, 'sources-')));
  const target = { file: hostPath(file), offset: 4096, shown: 'base' };
  await addToSquashfs(target, { directories, work, replaces: ['.meta'], time: 1_000_000, title: 'pack' }, context);
}

test.each(['gzip', 'xz', 'lzo', 'lz4', 'zstd'])(
  'a squashfs by %s is added to, and can be added to again',
  async (comp) => {
    const directory = temporary();
    const base = makeBase(directory, comp);
    const file = join(directory, 'new.sq');
    copyFileSync(base, file);
    put(join(directory, 'layer'), { 'added/bin/tool': 'tool', '.meta/env/90.sh': 'base', '.meta/env/92.sh': 'added' });
    await add(directory, file, ['added', '.meta']);
    const before = list(base).filter((line) => !/ (\/\.meta.*)?$/.test(line));
    expect(list(file).filter((line) => before.includes(line))).toEqual(before);
    const cat = (path: string): string =>
      execFileSync('unsquashfs', ['-o', '4096', '-cat', file, path], { encoding: 'utf8' });
    expect([cat('added/bin/tool'), cat('.meta/env/92.sh'), cat('zoo/animal')]).toEqual(['tool', 'added', 'y']);
    expect(list(file).some((line) => line.includes('ctinstall'))).toBe(false);

    rmSync(join(directory, 'layer'), { recursive: true });
    put(join(directory, 'layer'), { 'more/x': 'more', '.meta/env/93.sh': 'again' });
    await add(directory, file, ['more', '.meta']);
    expect([cat('added/bin/tool'), cat('.meta/env/93.sh'), cat('more/x')]).toEqual(['tool', 'again', 'more']);
    expect(list(file).filter((line) => before.includes(line))).toEqual(before);
    // Flags say again how the base was made.
    expect(readFileSync(file).readUInt16LE(4096 + 24)).toBe(readFileSync(base).readUInt16LE(4096 + 24));
  },
);

test('a root of hundreds of directories, in several blocks and with an index', async () => {
  const directory = temporary();
  const file = makeBase(directory, 'gzip', 700);
  const before = list(file).filter((line) => !/ (\/\.meta.*)?$/.test(line));
  // Names of more bytes than signs, and as long as a name can be.
  const names = ['m', 'd300', 'dätä', 'ö'.repeat(127), '.meta'];
  put(join(directory, 'layer'), Object.fromEntries(names.map((name, index) => [`${name}/f`, `new ${index} `])));
  await add(directory, file, names);
  expect(list(file).filter((line) => before.includes(line))).toEqual(before);
  const files = names.map((name) => `${name}/f`);
  const back = execFileSync('unsquashfs', ['-o', '4096', '-cat', file, ...files], { encoding: 'utf8' });
  expect(back).toBe('new 0 new 1 new 2 new 3 new 4 ');
  await expect(add(directory, file, ['dätä'])).rejects.toMatchObject({ message: '`base` has a `/dätä` already' });
});

test('a name that is there is refused', async () => {
  const directory = temporary();
  const file = makeBase(directory, 'gzip');
  put(join(directory, 'layer'), { 'usr/f': 'new' });
  await expect(add(directory, file, ['usr'])).rejects.toMatchObject({
    code: 'usage',
    message: '`base` has a `/usr` already',
  });
});
