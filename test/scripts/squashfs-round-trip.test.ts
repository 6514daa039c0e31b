import { execFileSync } from 'node:child_process';
import {
  chmodSync,
  linkSync,
  mkdirSync,
  mkdtempSync,
  rmSync,
  symlinkSync,
  truncateSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { done, type Install, makeInstall } from './install.ts';
import { describeSquashfs, describeTree } from './tree.ts';

/** A tree of all that a file system knows. */
async function fill({ directory }: Install): Promise<void> {
  const at = (name: string): string => join(directory, name);
  mkdirSync(at('venv/bin'), { recursive: true });
  mkdirSync(at('empty'));
  mkdirSync(at('dir\nwith newline/deeper\n\n'), { recursive: true });
  writeFileSync(at('dir\nwith newline/deeper\n\n/\nentry\n'), 'x');
  writeFileSync(at('venv/bin/python'), '#!/bin/sh\n', { mode: 0o755 });
  writeFileSync(at('empty file'), '');
  writeFileSync(at('large'), Buffer.from(Array.from({ length: 400_000 }, (_, index) => (index * 7919) % 251)));
  writeFileSync(at('sparse'), '');
  truncateSync(at('sparse'), 3_000_000);
  writeFileSync(Buffer.concat([Buffer.from(`${directory}/bad`), Buffer.from([0xff, 0xfe])]), 'not UTF-8');
  for (const name of [
    ' ',
    '-rf',
    '*',
    "'",
    '"',
    '\\',
    '\t',
    '$(id)',
    'ü',
    '日本',
    'a\rb',
    'entry',
    '#x',
    '…'.repeat(80),
  ])
    writeFileSync(at(name), name);
  symlinkSync('venv/bin/python', at('link'));
  symlinkSync('/none/such', at('dangling'));
  symlinkSync('.', at('loop'));
  symlinkSync('to\nnewline', at('link\nnewline'));
  linkSync(at('large'), at('venv/hard link'));
  execFileSync('mkfifo', [at('fifo')]);
  // The path of a socket has a limit: it is made elsewhere, and moved.
  const place = mkdtempSync(join(tmpdir(), 'ct-'));
  const server = createServer();
  await new Promise<void>((resolve) => {
    server.listen(join(place, 's'), resolve);
  });
  execFileSync('mv', [join(place, 's'), at('socket')]);
  onTestFinished(() => {
    server.close();
    rmSync(place, { recursive: true, force: true });
  });
  utimesSync(at('large'), 1_000_000_000, 1_000_000_000);
  chmodSync(at('empty file'), 0o440);
  chmodSync(at('venv/bin'), 0o555);
  chmodSync(directory, 0o750);
}

test.each(['privileged', 'unprivileged'])('all kinds of files, and all kinds of names: %s', async (who) => {
  const install = makeInstall({ unprivileged: who === 'unprivileged' });
  await fill(install);
  if (who === 'unprivileged') execFileSync('chown', ['-R', '-h', '--reference', install.root, install.directory]);
  const tree = describeTree(install.directory);

  const warned = {
    status: 0,
    stderr: 'warning: sockets are packed as names that nothing listens to: 1, `socket`\n',
  };
  expect(await install.make()).toMatchObject(warned);
  expect(describeSquashfs(install.squashfs)).toEqual(tree);
  expect(describeTree(install.directory)).toEqual(tree);

  expect(await install.make(['--remove-directory'])).toMatchObject(warned);
  expect(describeSquashfs(install.squashfs)).toEqual(tree);

  expect(await install.unmake()).toMatchObject(done);
  expect(describeTree(install.directory)).toEqual(tree);
  expect(install.leftovers()).toEqual([]);
});

test('many files', async () => {
  const install = makeInstall();
  for (let directory = 0; directory < 20; directory++) {
    mkdirSync(join(install.directory, `d ${directory}`));
    for (let file = 0; file < 50; file++)
      writeFileSync(join(install.directory, `d ${directory}`, `f\n${file}`), `${file}`);
  }
  const tree = describeTree(install.directory);
  const { stdout } = await install.make(['--remove-directory']);
  expect(stdout).toMatch(/^packed 1020 files and directories/);
  expect(await install.unmake()).toMatchObject(done);
  expect(describeTree(install.directory)).toEqual(tree);
});
