import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { expandPattern } from '../../../src/host/expand-pattern.ts';
import { hostPath } from '../../../src/lib/paths.ts';
import { renderEnvironment } from '../../../src/operations/build/environment.ts';
import { readFilesFlags } from '../../../src/operations/build/inputs.ts';
import { findRemains, partOf, removeRemains } from '../../../src/operations/build/remains.ts';
import type { Context } from '../../../src/operations/context.ts';

function temporary(): string {
  const directory = mkdtempSync(join(tmpdir(), 'ctinstall-flags-'));
  onTestFinished(() => rmSync(directory, { recursive: true, force: true }));
  return directory;
}

test('directories of any name come on the PATH as they are called', () => {
  const names = ['/a b/bin', "/it's/bin", '/$(id)`id`$HOME/bin', '/ü/bin'];
  const PATH = process.env.PATH ?? '';
  const script = `${renderEnvironment([], names)}printf %s "$PATH"`;
  expect(execFileSync('sh', ['-c', script], { env: { PATH }, encoding: 'utf8' })).toBe(
    [...names.toReversed(), PATH].join(':'),
  );
});

test('`--files` names a directory, and a place below the root', async () => {
  const cwd = hostPath(temporary());
  mkdirSync(join(cwd, 'data'));
  const read = (...flags: string[]) => readFilesFlags(flags, { own: 'ctinstall', cwd });
  const paths = await read('data', 'data:/a/./b/', 'data://c');
  expect(paths.map(({ path }) => path)).toEqual(['/ctinstall/data', '/a/b', '/c']);
  for (const [flag, message] of [
    ['', '`--files` names no directory'],
    ['data:/', '`--files data:/`: `/` is a place inside the container that ctinstall or the runtime uses itself'],
    ['data:/.//.singularity.d/env', '`--files` cannot change `/.singularity.d`'],
    ['none', `\`${cwd}/none\` is no directory`],
  ] as const)
    await expect(read(flag), flag).rejects.toMatchObject({ code: 'usage', message });
});

test('what killed builds left is removed; what may be of another machine is named, and what is of a live one stays', async () => {
  const directory = hostPath(temporary());
  const temporaryFiles = hostPath(temporary());
  const [own = ''] = [await partOf(hostPath('my.sif', directory))];
  const dead = own.replace(/\.\d+-\d+-/, '.1-1-');
  const ofOther = own.replace(/[0-9a-f]{8}(-[0-9a-f]{8}\.part~)$/, '00000000$1');
  const others = ['my.sif', '.my.sif.1-1.part~', '.my.sif.part~'].map((name) => join(directory, name));
  const again = dead.replace('.part~', '.again.part~').replace('my.sif', 'other.sif');
  for (const path of [own, dead, again, ofOther, ...others]) writeFileSync(path, '');
  const [, process = ''] = /my\.sif\.(.*)\.part~$/.exec(dead) ?? [];
  mkdirSync(join(temporaryFiles, `ctinstall-build-${process}-abcdef`, 'layer'), { recursive: true });
  expect((await findRemains(directory)).map(({ path, state }) => [path, state])).toEqual(
    [
      [dead, 'dead'],
      [again, 'dead'],
      [ofOther, 'unknown'],
    ].toSorted(([a = ''], [b = '']) => (a < b ? -1 : 1)),
  );
  const told: { event: string; message: string }[] = [];
  const reporter = { report: (event: { event: string; message: string }) => told.push(event) };
  const context = { reporter, environment: { TMPDIR: temporaryFiles } } as unknown as Context;
  await removeRemains(hostPath('my.sif', directory), context);
  expect(readdirSync(directory).toSorted()).toEqual([own, ofOther, ...others].map((path) => basename(path)).toSorted());
  expect(readdirSync(temporaryFiles)).toEqual([]);
  expect(told.filter(({ event }) => event === 'warning').map(({ message }) => message)).toEqual([
    expect.stringContaining(`\`${ofOther}\` is of a build`),
  ]);
});

test('a pattern of `%files` is that of Go', async () => {
  const root = hostPath(temporary());
  for (const name of ['a.txt', 'b.txt', '.c.txt', 'a.py', '[x]', 'd-1']) writeFileSync(join(root, name), '');
  mkdirSync(join(root, 'sub'));
  writeFileSync(join(root, 'sub/a.txt'), '');
  symlinkSync('/etc', join(root, 'out'));
  const expand = async (pattern: string): Promise<string[]> =>
    (await expandPattern(root, pattern)).map((path) => path.slice(root.length));
  expect(await expand('/*.txt')).toEqual(['/.c.txt', '/a.txt', '/b.txt']);
  expect(await expand('[ab].*')).toEqual(['/a.py', '/a.txt', '/b.txt']);
  expect(await expand('[^a-c.]*')).toEqual(['/[x]', '/d-1', '/out', '/sub']);
  expect(await expand('s*/?.txt')).toEqual(['/sub/a.txt']);
  expect(await expand('\\[x\\]')).toEqual(['/[x]']);
  expect(await expand('d[-]1')).toEqual(['/d-1']);
  for (const pattern of ['d-*', 'd\\-?', '[&\\d]-1', 'd[\\-]1'])
    expect(await expand(pattern), pattern).toEqual(['/d-1']);
  expect(await expand('none*')).toEqual([]);
  // A link of the image leads nowhere out of it.
  expect(await expand('out/pass*')).toEqual([]);
});
