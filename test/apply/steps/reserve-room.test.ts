import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { reserveRoom } from '../../../src/apply/steps/reserve-room.ts';
import { hostPath } from '../../../src/lib/paths.ts';
import { asRoot } from '../../harness/as-root.ts';
import { onSmallFileSystem } from '../../host/support.ts';
import { failure } from '../../image/failure.ts';

let root: string;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'ctinstall-room-'));
});
afterEach(() => rmSync(root, { recursive: true }));

const mebibyte = 2 ** 20;

function reserve(directory: string, bytes: number, files: number): Promise<void> {
  const step = { kind: 'reserve-room', directory: hostPath(directory), bytes, files } as const;
  return reserveRoom(step, { environment: process.env });
}

describe('reserveRoom', () => {
  it('leaves nothing where there is room', async () => {
    await reserve(root, 5 * mebibyte, 20);
    expect(readdirSync(root)).toEqual([]);
  });

  it('goes on without `fallocate`', async () => {
    const step = { kind: 'reserve-room', directory: hostPath(root), bytes: 1, files: 1 } as const;
    await reserveRoom(step, { environment: { PATH: '/nowhere' } });
    expect(readdirSync(root)).toEqual([]);
  });

  it('a file system that is too small, in bytes or in files', async () => {
    await onSmallFileSystem(root, { size: '4m', options: ',nr_inodes=50' }, async () => {
      await reserve(root, 3 * mebibyte, 40);
      const bytes = await failure(reserve(root, 5 * mebibyte, 1));
      expect(bytes).toMatchObject({ code: 'no-space', message: expect.stringContaining('5.0 MiB for the image') });
      expect(bytes.message).toContain('but only 4.0 MiB are free');
      const files = await failure(reserve(root, 0, 60));
      expect(files).toMatchObject({ code: 'no-space', message: expect.stringContaining('more files fit there') });
      expect(readdirSync(root)).toEqual([]);
    });
  });

  it('a quota, which the free space of the file system does not show', async () => {
    const device = join(root, 'device');
    const mounted = join(root, 'mounted');
    mkdirSync(mounted);
    writeFileSync(device, '');
    execFileSync('truncate', ['-s', '200M', device]);
    execFileSync('mkfs.btrfs', ['-q', device], { stdio: 'ignore' });
    asRoot('mount', '-o', 'loop', device, mounted);
    try {
      const volume = join(mounted, 'volume');
      asRoot('btrfs', 'quota', 'enable', mounted);
      asRoot('btrfs', 'subvolume', 'create', volume);
      asRoot('chown', String(process.getuid?.()), volume);
      asRoot('btrfs', 'qgroup', 'limit', '10M', volume);
      await reserve(volume, 5 * mebibyte, 10);
      const error = await failure(reserve(volume, 20 * mebibyte, 10));
      expect(error).toMatchObject({ code: 'no-space', message: expect.stringContaining('your quota there') });
      expect(readdirSync(volume)).toEqual([]);
    } finally {
      asRoot('umount', mounted);
    }
  });
});
