import { randomBytes } from 'node:crypto';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { copyBySystem, copyTreeBySystem } from '../../src/host/copy-by-system.ts';
import { failure } from '../image/failure.ts';
import { onSmallFileSystem, withoutPrivileges } from './support.ts';

let root: string;
let from: string;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'ctinstall-copy-by-'));
  from = join(root, '-from a');
  writeFileSync(from, randomBytes(3 * 1024 * 1024 + 1), { mode: 0o400 });
});
afterEach(() => rmSync(root, { recursive: true }));

const options = { mode: 0o644, environment: process.env };

it('copies all bytes, with the mode asked for', async () => {
  const to = join(root, 'to');
  await copyBySystem(from, to, options);
  expect(readFileSync(to).equals(readFileSync(from))).toBe(true);
  expect(statSync(to).mode & 0o777).toBe(0o644 & ~process.umask());
});

it('leaves nothing on a file system that is full', async () => {
  const small = join(root, 'small');
  mkdirSync(small);
  await onSmallFileSystem(small, { size: '1m' }, async () => {
    const error = await failure(copyBySystem(from, join(small, 'to'), options));
    expect(error.code).toBe('no-space');
    expect(error.message).toContain(`\`${join(small, 'to')}\``);
    expect(readdirSync(small)).toEqual([]);
    expect((await failure(copyTreeBySystem(root, small, { environment: process.env }))).code).toBe('no-space');
  });
});

it('says what cannot be read, and does not begin when it was stopped', async () => {
  const missing = await failure(copyBySystem(join(root, 'none'), join(root, 'to'), options));
  expect(missing.code).toBe('filesystem');
  expect(missing.message).toMatch(/none` to `.*: no such file or directory$/);
  const stopped = await failure(copyBySystem(from, join(root, 'to'), { ...options, signal: AbortSignal.abort() }));
  expect(stopped.code).toBe('interrupted');
  expect(readdirSync(root)).toEqual(['-from a']);
});

it('says which file of a tree cannot be read, whatever the language of the session', async () => {
  mkdirSync(join(root, 'to'), { mode: 0o777 });
  await withoutPrivileges(root, async () => {
    const tree = join(root, 'trée');
    mkdirSync(tree);
    writeFileSync(join(tree, 'closed'), '', { mode: 0 });
    const error = await failure(
      copyTreeBySystem(tree, join(root, 'to'), { environment: { ...process.env, LC_ALL: 'C' } }),
    );
    expect(error).toMatchObject({ code: 'filesystem', message: `cannot read \`${tree}/closed\`: permission denied` });
  });
});
