import { gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { readBytes } from '../../src/image/read-bytes.ts';
import { readImage, readSifContents } from '../../src/image/read-image.ts';
import type { ImageReader } from '../../src/image/types.ts';
import { CtinstallError } from '../../src/lib/errors.ts';
import { failure } from './failure.ts';
import {
  ascii,
  buildSif,
  int64,
  type ObjectInput,
  partition,
  patched,
  rootObject,
  slotOffset,
  squashfs,
  tableOffset,
} from './image-builders.ts';
import { bytesReader, sparseReader } from './readers.ts';

const path = 'dir/x.sif';
const read = (bytes: Uint8Array) => readImage(bytesReader(bytes), path);

/** A tar archive of one empty file. */
function tar(name: string): Uint8Array {
  const block = Buffer.alloc(10240);
  block.write(name, 0, 'latin1');
  block.write('ustar\0', 257, 'latin1');
  return block;
}

const mebibyte = 1024 * 1024;

describe('readImage of a SIF', () => {
  it('finds the primary system partition, wherever and whatever its id', async () => {
    const objects: ObjectInput[] = [
      { type: 0x4004, data: squashfs(4096), extra: partition(1, 3) },
      { type: 0x4004, data: new Uint8Array(5000), extra: partition(2, 4), used: false },
      { type: 0x4001, data: ascii('bootstrap: scratch\n') },
      { ...rootObject('04', 12288), name: 'root' },
      { type: 0x4004, data: new Uint8Array(4096), extra: partition(2, 4, '04') },
    ];
    const image = await read(buildSif({ objects, architecture: '04' }));
    expect(image).toMatchObject({
      kind: 'sif',
      architecture: 'arm64',
      rootFileSystem: {
        id: 4,
        fileSystem: 'squashfs',
        architecture: 'arm64',
        offset: 45056,
        size: 12288,
        squashfs: { compressor: 'gzip', bytesUsed: 12188 },
      },
    });
    expect(image.kind === 'sif' && image.descriptors.map(({ id }) => id)).toEqual([1, 3, 4, 5]);
  });

  it('takes the architecture of the partition, not of the header', async () => {
    const bytes = buildSif({ objects: [rootObject('06')], architecture: '02' });
    expect(await read(bytes)).toMatchObject({
      architecture: 'amd64',
      rootFileSystem: { architecture: 'ppc64le' },
    });
  });

  it.each([
    [5, 'encrypted-squashfs'],
    [6, 'gocryptfs-squashfs'],
  ])('takes an encrypted file system (%i) as it is', async (code, fileSystem) => {
    const data = Buffer.alloc(4096, 0x5a);
    const bytes = buildSif({ objects: [{ type: 0x4004, data, extra: partition(code, 2) }] });
    expect(await read(bytes)).toMatchObject({
      rootFileSystem: { fileSystem, squashfs: undefined },
    });
  });

  it('needs four small reads, and a file of 50 GB no more than a file of 50 KB', async () => {
    const small = bytesReader(buildSif());
    await readImage(small, path);
    expect(small.reads).toBe(4);
    expect(small.requested).toBe(2048 + 28080 + 96 + 8);
    const size = 50_000_000_000;
    const big = sparseReader(patched(buildSif(), slotOffset(0) + 25, int64(BigInt(size - 36864 * 2))), size);
    await readImage(big, path);
    expect(big.requested).toBe(small.requested);
  });

  it('lets a file be longer than its objects', async () => {
    const bytes = buildSif();
    expect(await read(Buffer.concat([bytes, Buffer.alloc(100)]))).toMatchObject({ kind: 'sif' });
  });

  it('is JSON: a description survives being written and read', async () => {
    const image = await read(buildSif());
    expect(JSON.parse(JSON.stringify(image))).toEqual(image);
    const squash = await read(squashfs());
    expect(JSON.parse(JSON.stringify(squash))).toEqual(squash);
  });
});

describe('a SIF that is cut off', () => {
  const objects: ObjectInput[] = [
    { type: 0x4001, data: ascii('bootstrap: scratch\n') },
    rootObject('02', 40960),
    { type: 0x4005, data: Buffer.alloc(700, 1), link: 2 },
  ];
  const whole = buildSif({ objects });
  const rootOffset = 32768;
  const message = (actual: string) =>
    `\`${path}\` is incomplete: it is ${actual} bytes, its header says at least ${actual === '0' ? '' : '74 428'}`;

  it('is whole at its full length', async () => {
    expect(whole.length).toBe(74428);
    expect(await read(whole)).toMatchObject({ fileSize: 74428 });
  });

  it.each([
    [128, '128'],
    [129, '129'],
    [2047, '2 047'],
    [2048, '2 048'],
    [tableOffset, '4 096'],
    [tableOffset + 585, '4 681'],
    [tableOffset + 48 * 585 - 1, '32 175'],
    [tableOffset + 48 * 585, '32 176'],
    [rootOffset - 1, '32 767'],
    [rootOffset, '32 768'],
    [rootOffset + 95, '32 863'],
    [rootOffset + 2047, '34 815'],
    [rootOffset + 2048, '34 816'],
    [rootOffset + 40960 - 100, '73 628'],
    [rootOffset + 40959, '73 727'],
    [rootOffset + 40960, '73 728'],
    [74427, '74 427'],
  ])('at byte %i', async (length, shown) => {
    const error = await failure(read(whole.subarray(0, length)));
    expect(error).toMatchObject({ code: 'image-truncated', message: message(shown) });
    expect(error.hint).toMatch(/again/);
  });

  it.each([127, 60, 42])('inside its header, at byte %i', async (length) => {
    const error = await failure(read(whole.subarray(0, length)));
    expect(error.code).toBe('image-truncated');
    expect(error.message).toContain(`it is ${length} bytes, its header says at least 128`);
  });

  it.each([41, 35, 31])('before its magic, at byte %i: by its script line', async (length) => {
    expect((await failure(read(whole.subarray(0, length)))).code).toBe('image-truncated');
  });

  it('at any length whatever is refused', async () => {
    for (let length = 0; length < whole.length; length += 97) {
      const error = await failure(read(whole.subarray(0, length)));
      expect(error.code).toBe(length < 30 ? 'image-invalid' : 'image-truncated');
    }
  });

  it('says the sizes of a real copy that stopped', async () => {
    const size = 50 * mebibyte;
    const bytes = patched(buildSif(), slotOffset(0) + 25, int64(BigInt(size - 32768)));
    const offset = Number(Buffer.from(bytes).readBigInt64LE(slotOffset(0) + 17));
    expect(offset).toBe(32768);
    const error = await failure(readImage(sparseReader(bytes, 10 * mebibyte), 'x.sif'));
    expect(error.message).toBe('`x.sif` is incomplete: it is 10 485 760 bytes, its header says at least 52 428 800');
  });

  it('in its file system, before it was put into the SIF', async () => {
    const data = squashfs(8192, { bytesUsed: 8193 });
    const bytes = buildSif({ objects: [{ type: 0x4004, data, extra: partition(1, 2) }] });
    const error = await failure(read(bytes));
    expect(error.code).toBe('image-truncated');
    expect(error.message).toBe(
      'the root file system of `dir/x.sif` (object 1) is incomplete: it has 8 192 bytes, and needs 8 193',
    );
    const fits = squashfs(8192, { bytesUsed: 8192 });
    expect(await read(buildSif({ objects: [{ type: 0x4004, data: fits, extra: partition(1, 2) }] }))).toMatchObject({
      kind: 'sif',
    });
  });

  it('with its whole length reserved: zeros where the file system or its end should be', async () => {
    const bytes = buildSif();
    const start = await failure(readImage(sparseReader(bytes.subarray(0, 32768), bytes.length), path));
    expect(start.code).toBe('image-invalid');
    expect(start.message).toContain('only zeros stand where its file system should begin');
    const end = await failure(readImage(sparseReader(bytes.subarray(0, 36864), bytes.length), path));
    expect(end.code).toBe('image-invalid');
    expect(end.message).toContain('zeros stand where its last tables should be');
  });
});

describe('a SIF that no runtime starts', () => {
  const cases: readonly (readonly [string, readonly ObjectInput[], RegExp, RegExp])[] = [
    [
      'an OCI-SIF',
      [
        { type: 0x400b, data: ascii('{}') },
        { type: 0x400a, data: ascii('{}') },
      ],
      /is an OCI-SIF: it needs SingularityCE ≥ 4 with `--oci`/,
      /docker:\/\//,
    ],
    ['an empty SIF', [], /no root file system: it holds nothing$/, /\*System/],
    [
      'a data container',
      [{ type: 0x4004, data: squashfs(), extra: partition(1, 3) }],
      /no root file system: it holds only FS$/,
      /\*System/,
    ],
    [
      'a system partition that is not the primary one',
      [{ type: 0x4004, data: squashfs(), extra: partition(1, 1) }],
      /no root file system/,
      /\*System/,
    ],
    ['two primary system partitions', [rootObject(), rootObject()], /objects 1, 2 are all/, /again/],
    [
      'a deleted root',
      [
        { ...rootObject(), used: false },
        { type: 0x4001, data: ascii('x') },
      ],
      /holds only Def\.FILE$/,
      /\*System/,
    ],
    ...[3, 4, 0, 7].map(
      (code) =>
        [
          `file system ${code}`,
          [{ type: 0x4004, data: squashfs(), extra: partition(code, 2) }],
          /of a kind that runtimes do not mount/,
          /build the image again/,
        ] as const,
    ),
    [
      'another file system than it says',
      [{ type: 0x4004, data: Buffer.alloc(8192, 1), extra: partition(1, 2) }],
      /\(object 1\) is damaged: no squashfs begins there/,
      /again/,
    ],
    [
      'ext3 that is none',
      [{ type: 0x4004, data: squashfs(), extra: partition(2, 2) }],
      /no ext3 file system begins there/,
      /again/,
    ],
    [
      'a partition of less than 2048 bytes at the end',
      [{ type: 0x4004, data: squashfs(2047), extra: partition(1, 2) }],
      /is 2047 bytes, and runtimes refuse less than 2048/,
      /again/,
    ],
    [
      'squashfs 3',
      [{ type: 0x4004, data: squashfs(8192, { major: 3 }), extra: partition(1, 2) }],
      /version 3\.0/,
      /again/,
    ],
  ];

  it.each(cases)('%s', async (_, objects, message, hint) => {
    const error = await failure(read(buildSif({ objects })));
    expect(error.code).toBe('image-invalid');
    expect(error.message).toMatch(message);
    expect(error.message).toContain(path);
    expect(error.hint).toMatch(hint);
  });

  it('an empty partition is incomplete', async () => {
    const empty = { type: 0x4004, size: 0n, extra: partition(1, 2) };
    const bytes = buildSif({ objects: [empty, { type: 0x4007, data: Buffer.alloc(4096) }] });
    expect((await failure(read(bytes))).code).toBe('image-truncated');
  });

  it('is still shown by readSifContents', async () => {
    const bytes = buildSif({ objects: [{ type: 0x400a, data: ascii('{}') }] });
    const contents = await readSifContents(bytesReader(bytes), path);
    expect(contents.descriptors.map(({ type }) => type)).toEqual(['oci-root-index']);
    expect(contents).not.toHaveProperty('rootFileSystem');
  });

  it('readSifContents refuses what is no SIF, and a SIF that is cut off', async () => {
    const other = await failure(readSifContents(bytesReader(squashfs()), path));
    expect(other).toMatchObject({ code: 'image-invalid' });
    expect(other.message).toContain('is not a SIF: it');
    const cut = await failure(readSifContents(bytesReader(buildSif().subarray(0, 40000)), path));
    expect(cut.code).toBe('image-truncated');
  });
});

describe('a damaged SIF', () => {
  it.each([
    ['version', patched(buildSif(), 43, ascii('2')), /`dir\/x\.sif` is damaged: .*version/],
    ['a huge count', patched(buildSif(), 88, int64(2n ** 62n)), /count of descriptors/],
    ['a table beyond 2^53', patched(buildSif(), 96, int64(2n ** 53n)), /offset of descriptors/],
    ['an object at a negative place', patched(buildSif(), slotOffset(0) + 17, int64(-5n)), /object 1/],
  ])('%s', async (_, bytes, message) => {
    const error = await failure(read(bytes));
    expect(error.code).toBe('image-invalid');
    expect(error.message).toMatch(message);
  });

  it('a table far past the end is a missing end', async () => {
    const error = await failure(read(patched(buildSif(), 96, int64(2n ** 50n))));
    expect(error.code).toBe('image-truncated');
    expect(error.message).toContain('at least 1 125 899 906 870 704');
  });
});

describe('readImage of a bare file system', () => {
  it('reads a squashfs', async () => {
    expect(await read(squashfs(8192, { compressor: 4 }))).toMatchObject({
      kind: 'squashfs',
      fileSize: 8192,
      offset: 0,
      compressor: 'xz',
      bytesUsed: 8092,
    });
  });

  it('reads a squashfs behind the script line of Singularity 2', async () => {
    const script = ascii('#!/usr/bin/env run-singularity\n');
    expect(await read(Buffer.concat([script, squashfs()]))).toMatchObject({
      kind: 'squashfs',
      offset: 31,
      fileSize: 8223,
    });
    const error = await failure(read(Buffer.concat([script, squashfs()]).subarray(0, 8122)));
    expect(error.message).toContain('it is 8 122 bytes, its header says at least 8 123');
  });

  it.each([4, 95, 96, 2047, 8091])('refuses a squashfs cut at %i', async (length) => {
    const error = await failure(read(squashfs().subarray(0, length)));
    expect(error.code).toBe('image-truncated');
    expect(error.message).toContain(`says at least ${length < 96 ? '96' : '8 092'}`);
  });

  it('takes a squashfs without its last padding, as the runtimes do', async () => {
    expect(await read(squashfs().subarray(0, 8092))).toMatchObject({ kind: 'squashfs' });
  });

  it('refuses a squashfs of less than 2048 bytes, as the runtimes do', async () => {
    const error = await failure(read(squashfs(2047, { bytesUsed: 2000 })));
    expect(error).toMatchObject({ code: 'image-invalid' });
    expect(error.message).toContain('runtimes refuse less than 2048');
    expect(await read(squashfs(2048, { bytesUsed: 2000 }))).toMatchObject({ kind: 'squashfs' });
  });

  it('refuses a squashfs whose end is zeros', async () => {
    const error = await failure(readImage(sparseReader(squashfs().subarray(0, 4096), 8192), path));
    expect(error.code).toBe('image-invalid');
    expect(error.message).toContain('zeros stand where its last tables should be');
  });
});

describe('what is not an image', () => {
  const hex64 = '0123456789abcdef'.repeat(4);
  it.each([
    ['nothing', new Uint8Array(), /it is empty$/, /again/],
    ['zeros', new Uint8Array(3000), /begins with 2048 zero bytes/, /again/],
    ['few zeros', new Uint8Array(30), /is all zero bytes/, /again/],
    ['HTML', ascii('\n<!DOCTYPE html><html><p>Sign in</p>'), /is an HTML page/, /login/],
    ['HTML without a doctype', ascii('<html lang="en">'), /is an HTML page/, /login/],
    ['XML', ascii('<?xml version="1.0"?><Error>'), /is XML text/, /what it says/],
    ['JSON', ascii('{"errors":[{"code":"UNAUTHORIZED"}]}'), /is JSON text \(.*UNAUTH/, /what it/],
    ['a script', ascii('#!/bin/sh\nexit 0\n'), /is a script \(it begins with `#!\/bin\/sh`\)/, /name/],
    ['an easyconfig', ascii('name: mpi4py\nversion: 1\n'), /is text \(.*`name: mpi4py`/, /name/],
    ['one line feed', ascii('\n'), /is text$/, /name/],
    ['UTF-8 cut in two', ascii('é'.repeat(2000)).subarray(0, 2047), /is text/, /name/],
    ['Git LFS', ascii('version https://git-lfs.github.com/spec/v1\noid'), /LFS pointer/, /lfs pull/],
    ['gzip', gzipSync(ascii('hello')), /is gzip-compressed$/, /unpack/],
    ['damaged gzip', Buffer.from('1f8bffffffffff', 'hex'), /is gzip-compressed$/, /unpack/],
    ['a gzip bomb', gzipSync(Buffer.alloc(64 * mebibyte)), /is gzip-compressed$/, /unpack/],
    ['tar.gz', gzipSync(tar('etc/passwd')), /gzip-compressed tar archive .*`etc\/passwd`/, /name/],
    ['docker save | gzip', gzipSync(tar(`${hex64}/`)), /gzip-compressed tar .*docker save/, /archive:/],
    ['docker save', tar('manifest.json'), /as `docker save` writes/, /docker-archive:/],
    ['docker save, new', tar('blobs/'), /as `docker save` writes/, /docker-archive:/],
    ['docker save, layers', tar(`${hex64}.tar`), /as `docker save` writes/, /docker-archive:/],
    ['an OCI archive', tar('oci-layout'), /OCI layout/, /oci-archive:/],
    ['tar', tar('./data\x1b[31m/'), /its first file: `data\\x1b\[31m\/`/, /name/],
    ['xz', Buffer.from('fd377a585a0000', 'hex'), /is xz-compressed/, /unpack/],
    ['zstd', Buffer.from('28b52ffd0400', 'hex'), /is zstd-compressed/, /unpack/],
    ['bzip2', ascii('BZh91AY'), /is bzip2-compressed/, /unpack/],
    ['zip', Buffer.from('504b0304', 'hex'), /is a ZIP archive/, /unpack/],
    ['a program', Buffer.from('7f454c46020101', 'hex'), /is an ELF program/, /name the image/],
    ['LUKS', Buffer.from('4c554b53babe0001', 'hex'), /LUKS/, /name the image/],
    ['squashfs 3, big-endian', ascii('sqsh\0\0\0'), /big-endian squashfs/, /name the image/],
    ['a SIF after something', Buffer.concat([Buffer.alloc(7, 200), buildSif()]), /7 bytes/, /again/],
    ['anything', Buffer.from('00ff10ee', 'hex'), /no known kind .*bytes 00 ff 10 ee\)/, /SIF/],
    ['Latin-1', Buffer.from('caf\xe9 x', 'latin1'), /no known kind/, /SIF/],
  ])('%s', async (_, bytes, message, hint) => {
    const error = await failure(read(bytes));
    expect(error.code).toBe('image-invalid');
    expect(error.message).toMatch(/^`dir\/x\.sif` is not an image: it /);
    expect(error.message).toMatch(message);
    expect(error.hint).toMatch(hint);
  });
});

describe('a reader that fails', () => {
  const failing = (read: ImageReader['read']) => readImage({ size: 100_000, read }, path);

  it('gives image-unreadable with the cause', async () => {
    const cause = Object.assign(new Error('EIO: i/o error, read'), { code: 'EIO' });
    const error = await failure(failing(() => Promise.reject(cause)));
    expect(error).toMatchObject({ code: 'image-unreadable', cause });
    expect(error.message).toBe('cannot read `dir/x.sif` at byte 0');
  });

  it('passes an error of the host on', async () => {
    const mine = new CtinstallError('filesystem', 'stale handle');
    expect(await failure(failing(() => Promise.reject(mine)))).toBe(mine);
  });

  it('gives image-changed where the file ends before its size', async () => {
    const bytes = buildSif();
    const error = await failure(
      failing(async (offset, length) => bytes.slice(offset, Math.min(offset + length, 5000))),
    );
    expect(error.code).toBe('image-changed');
    expect(error.message).toBe('`dir/x.sif` ended at byte 5000 while it was read; it was 100000 bytes long');
  });

  it('does not mind a reader that gives more than it was asked for', async () => {
    const bytes = buildSif();
    const reader = { size: bytes.length, read: async (offset: number) => bytes.slice(offset) };
    expect(await readImage(reader, path)).toEqual(await read(bytes));
    expect(await readBytes(reader, { offset: 32, length: 9, displayPath: path })).toEqual(ascii('SIF_MAGIC'));
  });
});
