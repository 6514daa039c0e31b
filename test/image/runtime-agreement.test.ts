import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { execa } from 'execa';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { checkArchitecture, goArchitecture } from '../../src/image/check-architecture.ts';
import { readImage } from '../../src/image/read-image.ts';
import { CtinstallError } from '../../src/lib/errors.ts';
import { ascii, int64, patched, slotOffset } from './image-builders.ts';
import { fileReader } from './readers.ts';
import { apptainer, testbedImages } from './real-programs.ts';

let directory = '';
let tiny = new Uint8Array();
/** Slot of the primary partition, and its bytes. */
let slot = 0;
let root = new Uint8Array();

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'ctinstall-runtime-'));
  const path = join(testbedImages, 'tiny.sif');
  tiny = await readFile(path);
  const image = await readImage(await fileReader(path), path);
  if (image.kind !== 'sif') throw new Error('tiny.sif is no SIF');
  const { id, offset, size } = image.rootFileSystem;
  slot = slotOffset(image.descriptors.findIndex((object) => object.id === id));
  root = tiny.subarray(offset, offset + size);
});
afterAll(() => rm(directory, { recursive: true }));

async function oursTakes(path: string): Promise<boolean> {
  try {
    const image = await readImage(await fileReader(path), path);
    checkArchitecture(image, goArchitecture(process.arch), path);
    return true;
  } catch (error) {
    if (error instanceof CtinstallError) return false;
    throw error;
  }
}

async function runtimeTakes(path: string): Promise<boolean> {
  try {
    await apptainer(['exec', path, '/bin/true']);
    return true;
  } catch {
    return false;
  }
}

const extra = 201;
const cases: readonly (readonly [string, () => Uint8Array, boolean])[] = [
  ['the image as it is', () => tiny, true],
  ['with more bytes at its end', () => Buffer.concat([tiny, Buffer.alloc(100)]), true],
  ['for 386', () => patched(tiny, slot + extra + 8, ascii('01\0')), true],
  ['for an unknown architecture', () => patched(tiny, slot + extra + 8, ascii('00\0')), true],
  ['for an architecture that is no number', () => patched(tiny, slot + extra + 8, ascii('xy\0')), true],
  ['for arm64 in its header alone', () => patched(tiny, 45, ascii('04\0')), true],
  ['without its script line', () => patched(tiny, 0, new Uint8Array(32)), true],
  ['for arm64', () => patched(tiny, slot + extra + 8, ascii('04\0')), false],
  ['for riscv64', () => patched(tiny, slot + extra + 8, ascii('12\0')), false],
  ['without its last quarter', () => tiny.subarray(0, tiny.length * 0.75), false],
  ['without all but its table', () => tiny.subarray(0, 32176), false],
  ['without half of its table', () => tiny.subarray(0, 20000), false],
  ['without all but its header', () => tiny.subarray(0, 128), false],
  ['of another version', () => patched(tiny, 42, ascii('02\0')), false],
  ['with a data partition for its root', () => patched(tiny, slot + extra + 4, Buffer.of(3)), false],
  ['with an archive for its root', () => patched(tiny, slot + extra, Buffer.of(3)), false],
  ['with an ext3 that is a squashfs', () => patched(tiny, slot + extra, Buffer.of(2)), false],
  ['with a deleted root', () => patched(tiny, slot + 4, Buffer.of(0)), false],
  ['as an OCI-SIF', () => patched(tiny, slot, Buffer.of(0x0a)), false],
  ['with its root somewhere else', () => patched(tiny, slot + 17, int64(40000n)), false],
  ['with its root past its end', () => patched(tiny, slot + 17, int64(2n ** 40n)), false],
  ['with its root at a negative place', () => patched(tiny, slot + 17, int64(-1n)), false],
  ['with a count of no descriptors', () => patched(tiny, 88, int64(0n)), false],
  ['the squashfs alone', () => root, true],
  ['the squashfs behind a script line', () => Buffer.concat([script, root]), true],
  ['the squashfs alone, cut in half', () => root.subarray(0, root.length / 2), false],
  ['the squashfs alone, 2047 bytes of it', () => root.subarray(0, 2047), false],
  ['the squashfs alone, its compressor unknown', () => patched(root, 20, Buffer.of(9)), false],
  ['text', () => ascii('hello\n'.repeat(1000)), false],
  ['nothing', () => new Uint8Array(), false],
];
const script = ascii('#!/usr/bin/env run-singularity\n');

describe('what we take is what Apptainer starts', () => {
  it.each(cases)('%s', async (name, bytes, expected) => {
    const path = join(directory, `${name.replace(/\W/g, '-')}.sif`);
    await writeFile(path, bytes());
    expect({ ours: await oursTakes(path), runtime: await runtimeTakes(path) }).toEqual({
      ours: expected,
      runtime: expected,
    });
  });

  it.each(['gzip', 'lzo', 'xz', 'lz4', 'zstd'])('a squashfs of -comp %s', async (comp) => {
    const files = join(directory, 'files');
    const path = join(directory, `${comp}.sqsh`);
    await writeFile(join(directory, 'root.sqsh'), root);
    await execa('unsquashfs', ['-q', '-n', '-f', '-d', files, join(directory, 'root.sqsh')]);
    await execa('mksquashfs', [files, path, '-noappend', '-quiet', '-no-progress', '-comp', comp]);
    expect(await readImage(await fileReader(path), path)).toMatchObject({
      kind: 'squashfs',
      compressor: comp,
      blockSize: 131072,
    });
    expect(await runtimeTakes(path)).toBe(true);
  });

  it.each([
    ['ext4', false],
    ['ext2', false],
  ])('%s', async (type, expected) => {
    const path = join(directory, `${type}.img`);
    await writeFile(path, new Uint8Array(4 * 1024 * 1024));
    await execa('/usr/sbin/mke2fs', ['-q', '-F', '-t', type, path]);
    expect(await oursTakes(path)).toBe(expected);
    expect(await runtimeTakes(path)).toBe(expected);
  });

  // We refuse more than the runtime does: the end of a copy is missing even if nothing was in it.
  it('an image without its last zeros runs, and is refused all the same', async () => {
    const path = join(directory, 'padding.sif');
    await writeFile(path, tiny.subarray(0, tiny.length - 1));
    expect({ ours: await oursTakes(path), runtime: await runtimeTakes(path) }).toEqual({
      ours: false,
      runtime: true,
    });
  });
});
