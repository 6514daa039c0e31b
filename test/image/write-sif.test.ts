import { describe, expect, it } from 'vitest';
import { readSifContents } from '../../src/image/read-image.ts';
import type { SifContents } from '../../src/image/types.ts';
import { extendSif, newSquashfsOffset, type Piece, renderNewSif } from '../../src/image/write-sif.ts';
import { ascii, buildSif, type ObjectInput, rootObject } from './image-builders.ts';

const uuid = Uint8Array.from({ length: 16 }, (_, index) => 0xa0 + index);
const identity = { uuid, time: 1_600_000_000 };

function written(base: Uint8Array, pieces: readonly Piece[]): Uint8Array {
  const end = Math.max(...pieces.map(({ offset, bytes }) => offset + bytes.length));
  const file = new Uint8Array(Math.max(end, base.length));
  file.set(base);
  for (const { offset, bytes } of pieces) file.set(bytes, offset);
  return file;
}

function contents(file: Uint8Array): Promise<SifContents> {
  const read = async (offset: number, length: number): Promise<Uint8Array> => file.slice(offset, offset + length);
  return readSifContents({ size: file.length, read }, 'x.sif');
}

const textAt = (file: Uint8Array, { offset, size }: { offset: number; size: number }): string =>
  new TextDecoder().decode(file.subarray(offset, offset + size));

describe('renderNewSif', () => {
  it('writes what goes around a squashfs', async () => {
    const squashfs = new Uint8Array(newSquashfsOffset + 8192).fill(7, newSquashfsOffset);
    const objects = [
      { type: 'definition-file', name: 'Singularity', data: ascii('Bootstrap: x\n') },
      { type: 'sbom', name: 'sbom', data: ascii('{}'), format: 'spdx-json' },
    ] as const;
    const file = written(squashfs, renderNewSif({ ...identity, architecture: 'arm64', squashfsSize: 8192, objects }));
    const read = await contents(file);
    expect(read).toMatchObject({
      launchScript: '#!/usr/bin/env run-singularity\n',
      architecture: 'arm64',
      uuid: 'a0a1a2a3-a4a5-a6a7-a8a9-aaabacadaeaf',
      created: identity.time,
      modified: identity.time,
      descriptorsFree: 45,
      descriptorsTotal: 48,
      dataOffset: 32176,
      dataSize: 32768 - 32176 + 8192 + 15,
    });
    expect(read.descriptors).toMatchObject([
      {
        id: 1,
        type: 'partition',
        fileSystem: 'squashfs',
        partitionType: 'primary-system',
        architecture: 'arm64',
        offset: 32768,
        size: 8192,
        group: 1,
      },
      { id: 2, type: 'definition-file', name: 'Singularity', offset: 40960, size: 13 },
      { id: 3, type: 'sbom', format: 'spdx-json', offset: 40973, size: 2 },
    ]);
    expect(file.subarray(newSquashfsOffset, 40960).every((byte) => byte === 7)).toBe(true);
    expect(read.descriptors.slice(1).map((each) => textAt(file, each))).toEqual(['Bootstrap: x\n', '{}']);
  });

  it('refuses an architecture that SIF has no code for', () => {
    const sif = { ...identity, architecture: 'vax', squashfsSize: 1, objects: [] };
    expect(() => renderNewSif(sif)).toThrow(RangeError);
  });
});

describe('extendSif', () => {
  const objects: readonly ObjectInput[] = [
    { type: 0x4006, name: 'before', data: ascii('before'), group: 1 },
    { ...rootObject('02', 8192), group: 1 },
    { type: 0x4005, name: 'signature', data: ascii('signed'), group: 1 },
    { type: 0x4006, name: 'behind', data: ascii('behind'), group: 1 },
  ];
  const base = buildSif({ objects });

  it('grows the partition, moves what was behind it, drops and adds', async () => {
    const pieces = extendSif(base, {
      ...identity,
      root: { id: 2, size: 20480 },
      kept: [{ id: 4, data: ascii('behind') }],
      dropped: [3],
      added: [{ type: 'generic-json', name: 'added', data: ascii('{}') }],
    });
    const file = written(base, pieces);
    const read = await contents(file);
    const end = 32768 + 20480;
    expect(read).toMatchObject({ descriptorsFree: 44, modified: identity.time, created: 1_700_000_000 });
    expect(read.dataOffset + read.dataSize).toBe(end + 8);
    expect(read.descriptors).toMatchObject([
      { id: 1, name: 'before', offset: 32176, modified: 1_700_000_000 },
      { id: 2, offset: 32768, size: 20480, created: 1_700_000_000, modified: identity.time },
      { id: 3, name: 'added', offset: end + 6, size: 2 },
      { id: 4, name: 'behind', offset: end, size: 6 },
    ]);
    expect(read.descriptors.filter(({ id }) => id !== 2).map((each) => textAt(file, each))).toEqual([
      'before',
      '{}',
      'behind',
    ]);
  });

  it('says where a table is full', () => {
    const full = buildSif({ objects, slots: 4 });
    const added = [{ type: 'generic-json', name: 'x', data: ascii('{}') }] as const;
    expect(() => extendSif(full, { ...identity, root: { id: 2, size: 9000 }, kept: [], dropped: [], added })).toThrow(
      'no free descriptor',
    );
  });
});
