import { mkdtemp, readFile, rm, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { execa } from 'execa';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { describeImage } from '../../src/image/describe-image.ts';
import { readImage } from '../../src/image/read-image.ts';
import { failure } from './failure.ts';
import { ascii, buildSif, partition } from './image-builders.ts';
import { bytesReader, fileReader } from './readers.ts';

/** Images that the machine's own mke2fs makes. */
let directory = '';
beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'ctinstall-ext-'));
});
afterAll(() => rm(directory, { recursive: true }));

async function make(type: string, ...options: readonly string[]): Promise<string> {
  const path = join(directory, `${type}-${options.join('')}.img`);
  await writeFile(path, '');
  await truncate(path, 4 * 1024 * 1024);
  await execa('/usr/sbin/mke2fs', ['-q', '-F', '-t', type, ...options, path]);
  return path;
}

describe('an ext file system', () => {
  it('ext3 is an image', async () => {
    const uuid = '01020304-0506-0708-090a-0b0c0d0e0f10';
    const path = await make('ext3', '-L', 'my label', '-U', uuid, '-b', '1024');
    const image = await readImage(await fileReader(path), path);
    expect(image).toEqual({
      kind: 'ext3',
      fileSize: 4194304,
      offset: 0,
      blockSize: 1024,
      bytesUsed: 4194304,
      uuid,
      label: 'my label',
    });
    expect(describeImage(image)).toBe(
      [
        'Image:      Ext3',
        `ID:         ${uuid}`,
        'Label:      my label',
        'Block Size: 1 KiB',
        'Bytes Used: 4 194 304',
        'File Size:  4 194 304 bytes',
        '',
      ].join('\n'),
    );
  });

  it('ext3 may stand behind the script line of Singularity 2', async () => {
    const script = ascii('#!/usr/bin/env run-singularity\n');
    const bytes = Buffer.concat([script, await readFile(await make('ext3', '-b', '2048'))]);
    expect(await readImage(bytesReader(bytes), 'x')).toMatchObject({
      kind: 'ext3',
      offset: 31,
      blockSize: 2048,
      bytesUsed: 4194304,
    });
  });

  it.each([4194303, 2_000_000, 1160, 1159, 1082])('ext3 cut at %i is refused', async (length) => {
    const bytes = await readFile(await make('ext3', '-b', '1024'));
    const error = await failure(readImage(bytesReader(bytes.subarray(0, length)), 'x'));
    expect(error.code).toBe('image-truncated');
    expect(error.message).toContain(`says at least ${length < 1160 ? '1 160' : '4 194 304'}`);
  });

  it.each([
    ['ext2', /is an ext2 file system/],
    ['ext4', /is an ext4 file system/],
  ])('%s is refused, as the runtimes do', async (type, message) => {
    const path = await make(type);
    const error = await failure(readImage(await fileReader(path), 'x'));
    expect(error.code).toBe('image-invalid');
    expect(error.message).toMatch(message);
  });

  it.each([
    ['extents', 1024 + 96, 0x40],
    ['huge files', 1024 + 100, 0x8],
  ])('ext3 with a feature of ext4 is refused: %s', async (_, offset, feature) => {
    const bytes = await readFile(await make('ext3', '-b', '1024'));
    bytes.writeUInt32LE(bytes.readUInt32LE(offset) | feature, offset);
    const error = await failure(readImage(bytesReader(bytes), 'x'));
    expect(error.message).toMatch(/is an ext4 file system/);
  });

  it('ext3 is a root file system of a SIF, and must fit in its partition', async () => {
    const data = await readFile(await make('ext3'));
    const sif = (bytes: Uint8Array) => buildSif({ objects: [{ type: 0x4004, data: bytes, extra: partition(2, 2) }] });
    expect(await readImage(bytesReader(sif(data)), 'x')).toMatchObject({
      rootFileSystem: { fileSystem: 'ext3', squashfs: undefined },
    });
    const error = await failure(readImage(bytesReader(sif(data.subarray(0, 4194303))), 'x'));
    expect(error.code).toBe('image-truncated');
    expect(error.message).toContain('it has 4 194 303 bytes, and needs 4 194 304');
  });
});
