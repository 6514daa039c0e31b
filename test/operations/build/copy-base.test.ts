import { createHash } from 'node:crypto';
import {
  appendFileSync,
  copyFileSync,
  existsSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
  utimesSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { hostPath } from '../../../src/lib/paths.ts';
import type { Base } from '../../../src/operations/build/base.ts';
import { copyBase, withHash } from '../../../src/operations/build/copy-base.ts';
import type { Context } from '../../../src/operations/context.ts';
import { tinyImage } from '../../harness/sandbox.ts';
import { failure } from '../../image/failure.ts';

let root: string;
let base: Base;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'ctinstall-base-'));
  const path = join(root, 'base.sif');
  copyFileSync(tinyImage, path);
  const { size, mtimeMs, ino } = statSync(path);
  base = { path: hostPath(path), file: 'base.sif', size, mtimeMs, inode: ino } as Base;
});
afterEach(() => rmSync(root, { recursive: true }));

const { signal } = new AbortController();
const context = { environment: process.env, signal, reporter: { report: () => undefined } } as unknown as Context;
const sumOf = (path: string): string => createHash('sha256').update(readFileSync(path)).digest('hex');

it('gives a copy and the SHA-256, which is known before the work where it has to be one', async () => {
  const part = hostPath(join(root, 'part'));
  const sha256 = await withHash(base, { expected: sumOf(base.path), signal }, async (hashed) => {
    await copyBase(hashed, part, context);
    return hashed.sha256();
  });
  expect(sha256).toBe(sumOf(base.path));
  expect(sumOf(part)).toBe(sha256);
  let hasBegun = false;
  const other = withHash(base, { expected: '0'.repeat(64), signal }, async () => {
    hasBegun = true;
  });
  expect(await failure(other)).toMatchObject({ code: 'checksum-mismatch' });
  expect(hasBegun).toBe(false);
});

it('a base that changes is told of, whenever that is', async () => {
  const part = hostPath(join(root, 'part'));
  const whileCopied = withHash(base, { expected: undefined, signal }, async (hashed) => {
    appendFileSync(base.path, 'more');
    await copyBase(hashed, part, context);
  });
  expect(await failure(whileCopied)).toMatchObject({ code: 'image-changed' });
  expect(existsSync(part)).toBe(false);

  const { size, mtimeMs, ino: inode } = statSync(base.path);
  const afterwards = withHash({ ...base, size, mtimeMs, inode }, { expected: undefined, signal }, async (hashed) => {
    utimesSync(base.path, 1, 1);
    return hashed.sha256();
  });
  expect(await failure(afterwards)).toMatchObject({ code: 'image-changed' });
});
