import { mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { open } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { ignoreNoSync, setMode, syncFile, takeLimitsMet } from '../../src/host/limits.ts';
import { requireSymbolicLinks } from '../../src/host/links.ts';
import { failure } from '../image/failure.ts';

let root: string;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'ctinstall-limits-'));
});
afterEach(() => rmSync(root, { recursive: true }));

const failed = (code: string): Error => Object.assign(new Error(code), { code });

it('does as ever where nothing is odd', async () => {
  const path = join(root, 'file');
  writeFileSync(path, '');
  const file = await open(path);
  await syncFile(file, path);
  await file.close();
  await setMode(path, 0o640);
  expect(statSync(path).mode & 0o777).toBe(0o640);
  await requireSymbolicLinks(root, 'link');
  expect(takeLimitsMet()).toEqual([]);
  expect((await failure(requireSymbolicLinks(join(root, 'none'), 'link'))).message).toContain('cannot create the link');
});

it('tells once of a file system that has no sync, and of no other error', () => {
  ignoreNoSync(failed('EINVAL'), '/a');
  ignoreNoSync(failed('ENOTSUP'), '/b');
  expect(takeLimitsMet()).toEqual([
    expect.stringContaining('`/a` does not tell when a file is on the disk (fsync: EINVAL)'),
  ]);
  ignoreNoSync(failed('EINVAL'), '/c');
  expect(takeLimitsMet()).toEqual([]);
  for (const code of ['EIO', 'ENOSPC', 'EDQUOT']) expect(() => ignoreNoSync(failed(code), '/a')).toThrow(code);
});
