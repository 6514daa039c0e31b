import { describe, expect, it } from 'vitest';
import { maxSifDescriptors, parseSifDescriptors, parseSifHeader } from '../../src/image/sif.ts';
import type { Parsed, SifDescriptor, SifHeader } from '../../src/image/types.ts';
import {
  ascii,
  buildSif,
  goZeroTime,
  groupBits,
  int64,
  numbers,
  type ObjectInput,
  partition,
  patched,
  rootObject,
  slotOffset,
  tableOffset,
} from './image-builders.ts';

function value<T>(parsed: Parsed<T>): T {
  if (parsed.kind === 'fault') throw new Error(parsed.fault);
  return parsed.value;
}

function fault(parsed: Parsed<unknown>): string {
  return parsed.kind === 'fault' ? parsed.fault : `parsed: ${JSON.stringify(parsed.value)}`;
}

function header(bytes: Uint8Array): SifHeader {
  return value(parseSifHeader(bytes));
}

function objects(inputs: readonly ObjectInput[]): SifDescriptor[] {
  const bytes = buildSif({ objects: inputs });
  return value(parseSifDescriptors(bytes.subarray(tableOffset), header(bytes)));
}

function only(input: ObjectInput): SifDescriptor {
  const [object] = objects([input]);
  if (object === undefined) throw new Error('no object');
  return object;
}

describe('parseSifHeader', () => {
  it('reads every field', () => {
    expect(header(buildSif())).toEqual({
      launchScript: '#!/usr/bin/env run-singularity\n',
      version: '01',
      architecture: 'amd64',
      uuid: '01020304-0506-0708-090a-0b0c0d0e0f10',
      created: 1_700_000_000,
      modified: 1_700_000_001,
      descriptorsFree: 47,
      descriptorsTotal: 48,
      descriptorsOffset: 4096,
      descriptorsSize: 28080,
      dataOffset: 32176,
      dataSize: 8192 + 592,
    });
  });

  it('takes Go’s zero time, the zero UUID and no architecture for what they mean: not given', () => {
    const bytes = buildSif({
      created: goZeroTime,
      modified: goZeroTime,
      uuid: new Uint8Array(16),
      architecture: '00',
      launchScript: '',
    });
    expect(header(bytes)).toMatchObject({
      launchScript: '',
      architecture: 'unknown',
      uuid: undefined,
      created: undefined,
      modified: undefined,
    });
  });

  it('keeps times before 1970 and gives up those that a number cannot hold', () => {
    expect(header(buildSif({ created: -1n, modified: 2n ** 62n }))).toMatchObject({
      created: -1,
      modified: undefined,
    });
  });

  it.each([
    ['01', '386'],
    ['02', 'amd64'],
    ['03', 'arm'],
    ['04', 'arm64'],
    ['05', 'ppc64'],
    ['06', 'ppc64le'],
    ['07', 'mips'],
    ['08', 'mipsle'],
    ['09', 'mips64'],
    ['10', 'mips64le'],
    ['11', 's390x'],
    ['12', 'riscv64'],
    ['13', 'loong64'],
    ['14', 'unknown'],
    ['99', 'unknown'],
    ['2', 'unknown'],
    ['02x', 'unknown'],
  ])('architecture %s is %s', (code, name) => {
    expect(header(buildSif({ architecture: code })).architecture).toBe(name);
  });

  it.each([
    ['fewer than 128 bytes', buildSif().subarray(0, 127), /128 bytes/],
    ['no bytes', new Uint8Array(), /128 bytes/],
    ['another magic', patched(buildSif(), 32, ascii('SIF_MAGIX')), /SIF_MAGIC/],
    ['a magic without its NUL', patched(buildSif(), 41, ascii('x')), /SIF_MAGIC/],
    ['version 02', buildSif({ version: '02\0' }), /version/],
    ['version 011', buildSif({ version: '011' }), /version/],
    ['a negative count', patched(buildSif(), 88, int64(-1n)), /count of descriptors is -1$/],
    ['a count of 2^63-1', patched(buildSif(), 88, int64(2n ** 63n - 1n)), /9223372036854775807/],
    ['a count of 2^40', patched(buildSif(), 88, int64(2n ** 40n)), /1099511627776, more than 2048/],
    ['a negative free count', patched(buildSif(), 80, int64(-2n)), /free descriptors is -2$/],
    ['a negative table', patched(buildSif(), 96, int64(-4096n)), /offset of descriptors is -4096$/],
    ['a table inside the header', patched(buildSif(), 96, int64(127n)), /inside its header/],
    ['a table that is too small', patched(buildSif(), 104, int64(28079n)), /do not fit/],
    ['a table of 2^60 bytes', patched(buildSif(), 104, int64(2n ** 60n)), /size of descriptors/],
    ['data before the file', patched(buildSif(), 112, int64(-1n)), /offset of data is -1$/],
    ['negative data', patched(buildSif(), 120, int64(-1n)), /size of data is -1$/],
  ])('refuses %s', (_, bytes, why) => {
    expect(fault(parseSifHeader(bytes))).toMatch(why);
  });

  it('takes the most descriptors that are allowed, and not one more', () => {
    expect(header(buildSif({ slots: maxSifDescriptors })).descriptorsTotal).toBe(maxSifDescriptors);
    expect(fault(parseSifHeader(buildSif({ slots: maxSifDescriptors + 1 })))).toMatch(/more than/);
  });

  it('reads a view that does not begin at the start of its buffer', () => {
    const shifted = new Uint8Array(buildSif().length + 3);
    shifted.set(buildSif(), 3);
    expect(header(shifted.subarray(3))).toEqual(header(buildSif()));
  });
});

describe('parseSifDescriptors', () => {
  it('reads the place, the name and the times of an object', () => {
    expect(
      only({
        type: 0x4007,
        data: ascii('12345'),
        name: 'a name',
        created: 5n,
        modified: goZeroTime,
      }),
    ).toEqual({
      type: 'generic',
      typeName: 'Generic/Raw',
      id: 1,
      group: undefined,
      link: undefined,
      offset: 32176,
      size: 5,
      name: 'a name',
      created: 5,
      modified: undefined,
    });
  });

  it('skips free slots and keeps the ids of the others', () => {
    const found = objects([{ type: 0x4007 }, { type: 0x4007, used: false }, { type: 0x4001 }]);
    expect(found.map(({ id, type }) => [id, type])).toEqual([
      [1, 'generic'],
      [3, 'definition-file'],
    ]);
  });

  it('tells groups from objects in links', () => {
    const found = objects([
      { type: 0x4007, group: 1 },
      { type: 0x4005, link: groupBits + 1 },
      { type: 0x4005, link: 1 },
    ]);
    expect(found.map(({ group, link }) => ({ group, link }))).toEqual([
      { group: 1, link: undefined },
      { group: undefined, link: { kind: 'group', id: 1 } },
      { group: undefined, link: { kind: 'object', id: 1 } },
    ]);
  });

  it('takes a name of 128 bytes, and one that is not UTF-8', () => {
    expect(only({ type: 0x4007, name: 'x'.repeat(128) }).name).toBe('x'.repeat(128));
    const bytes = patched(
      buildSif({ objects: [{ type: 0x4007, name: 'abc' }] }),
      slotOffset(0) + 74,
      Uint8Array.of(0xff),
    );
    const [object] = value(parseSifDescriptors(bytes.subarray(tableOffset), header(bytes)));
    expect(object?.name).toBe('a\ufffdc');
  });

  it.each([
    [0x4001, 'definition-file', 'Def.FILE'],
    [0x4002, 'environment', 'Env.Vars'],
    [0x4003, 'labels', 'JSON.Labels'],
    [0x4004, 'partition', 'FS'],
    [0x4005, 'signature', 'Signature'],
    [0x4006, 'generic-json', 'JSON.Generic'],
    [0x4007, 'generic', 'Generic/Raw'],
    [0x4008, 'crypto-message', 'Cryptographic Message'],
    [0x4009, 'sbom', 'SBOM'],
    [0x400a, 'oci-root-index', 'OCI.RootIndex'],
    [0x400b, 'oci-blob', 'OCI.Blob'],
    [0x400c, 'unknown', 'Unknown'],
    [-1, 'unknown', 'Unknown'],
  ])('type 0x%s is %s', (code, type, typeName) => {
    expect(only({ type: code })).toMatchObject({ type, typeName });
  });

  it.each([
    [1, 1, '02', 'squashfs', 'system', 'amd64'],
    [2, 2, '04', 'ext3', 'primary-system', 'arm64'],
    [3, 3, '00', 'archive', 'data', 'unknown'],
    [4, 4, '13', 'raw', 'overlay', 'loong64'],
    [5, 0, '06', 'encrypted-squashfs', 'unknown', 'ppc64le'],
    [6, 5, '11', 'gocryptfs-squashfs', 'unknown', 's390x'],
    [0, -1, '12', 'unknown', 'unknown', 'riscv64'],
    [7, 9, 'xy', 'unknown', 'unknown', 'unknown'],
  ])('partition %i/%i/%s', (fs, part, arch, fileSystem, partitionType, architecture) => {
    const object = only({ type: 0x4004, extra: partition(fs, part, arch) });
    expect(object).toMatchObject({ fileSystem, partitionType, architecture });
  });

  it.each([
    [1, 'SHA-256'],
    [2, 'SHA-384'],
    [3, 'SHA-512'],
    [4, 'BLAKE2s-256'],
    [5, 'BLAKE2b-256'],
    [6, 'Unknown'],
  ])('signature hash %i is %s', (code, hash) => {
    const key = Uint8Array.from({ length: 20 }, (_, index) => 0xa0 + index);
    const extra = Buffer.concat([numbers(code), key]);
    expect(only({ type: 0x4005, extra })).toMatchObject({
      hash,
      fingerprint: 'A0A1A2A3A4A5A6A7A8A9AAABACADAEAFB0B1B2B3',
    });
    expect(only({ type: 0x4005, extra: numbers(code) })).toMatchObject({ fingerprint: undefined });
  });

  it('reads the formats of crypto messages, SBOMs and OCI blobs', () => {
    expect(only({ type: 0x4008, extra: numbers(2, 0x200) })).toMatchObject({
      format: 'PEM',
      message: 'RSA-OAEP',
    });
    expect(only({ type: 0x4008, extra: numbers(1, 0x100) })).toMatchObject({
      format: 'OpenPGP',
      message: 'Clear Signature',
    });
    expect(only({ type: 0x4009, extra: numbers(6) })).toMatchObject({ format: 'spdx-tag-value' });
    const digest = `sha256:${'0f'.repeat(32)}`;
    expect(only({ type: 0x400b, extra: ascii(digest) })).toMatchObject({ digest });
    expect(only({ type: 0x400a, extra: ascii(`${digest}0`) })).toMatchObject({ digest: undefined });
  });

  it.each([
    ['a negative offset', -1n, 10n],
    ['a negative size', 4096n, -1n],
    ['a sum that overflows', 2n ** 63n - 1n, 2n ** 63n - 1n],
    ['an offset that no number holds', 2n ** 60n, 1n],
    ['a size that no number holds', 1n, 2n ** 60n],
    ['a sum that no number holds', 2n ** 53n - 1n, 1n],
  ])('refuses %s', (_, offset, size) => {
    const bytes = buildSif({ objects: [rootObject(), { type: 0x4007, offset, size }] });
    const why = fault(parseSifDescriptors(bytes.subarray(tableOffset), header(bytes)));
    expect(why).toBe(`its object 2 would be ${size} bytes at byte ${offset}`);
  });

  it('refuses a table that is cut off', () => {
    const bytes = buildSif();
    const table = bytes.subarray(tableOffset, tableOffset + 28079);
    expect(fault(parseSifDescriptors(table, header(bytes)))).toMatch(/cut off/);
  });
});
