import { createHash } from 'node:crypto';
import { chmodSync, constants, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { copyFileHashed } from '../../src/host/copy-file.ts';
import { failure } from '../image/failure.ts';

/** Stands for a file system that clones (XFS, Btrfs), which a test cannot count on: a copy that reads no byte of ours. */
vi.mock('node:fs/promises', async (original) => {
  const real = await original<typeof import('node:fs/promises')>();
  return {
    ...real,
    copyFile: (from: string, to: string, mode: number) =>
      real.copyFile(from, to, mode & ~constants.COPYFILE_FICLONE_FORCE),
  };
});

let root: string;
let from: string;
let to: string;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'ctinstall-clone-'));
  from = join(root, 'from');
  to = join(root, 'to');
  writeFileSync(from, 'content');
});
afterEach(() => rmSync(root, { recursive: true }));

describe('copyFileHashed, where files can be cloned', () => {
  it('reads nothing where no hash is asked for', async () => {
    const onProgress = vi.fn();
    const copied = await copyFileHashed(from, to, { needsSha256: false, mode: 0o644, onProgress });
    expect(copied).toEqual({ sha256: undefined, size: 7, how: 'cloned' });
    expect(readFileSync(to, 'utf8')).toBe('content');
    expect(onProgress).not.toHaveBeenCalled();
  });

  it('hashes where a hash is asked for', async () => {
    const copied = await copyFileHashed(from, to, { needsSha256: true, mode: 0o644 });
    expect(copied.sha256).toBe(createHash('sha256').update('content').digest('hex'));
    expect(copied.how).toBe('cloned');
  });

  it('gives the clone the mode asked for', async () => {
    chmodSync(from, 0o400);
    await copyFileHashed(from, to, { needsSha256: false, mode: 0o664 });
    expect(statSync(to).mode & 0o777).toBe(0o664 & ~process.umask());
  });

  it('leaves a file alone that is there, and nothing when stopped', async () => {
    writeFileSync(to, 'old');
    expect((await failure(copyFileHashed(from, to, { needsSha256: false, mode: 0o644 }))).message).toContain(
      'there already',
    );
    expect(readFileSync(to, 'utf8')).toBe('old');
    rmSync(to);
    const signal = AbortSignal.abort();
    expect((await failure(copyFileHashed(from, to, { needsSha256: true, mode: 0o644, signal }))).code).toBe(
      'interrupted',
    );
    expect(readdirSync(root)).toEqual(['from']);
  });
});
