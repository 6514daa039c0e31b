import { describe, expect, it } from 'vitest';
import { isIdTableEntry, parseSquashfsSuperblock } from '../../src/image/squashfs-superblock.ts';
import { int64, patched, squashfs } from './image-builders.ts';

function fault(bytes: Uint8Array): string {
  const parsed = parseSquashfsSuperblock(bytes);
  return parsed.kind === 'fault' ? parsed.fault : 'parsed';
}

describe('parseSquashfsSuperblock', () => {
  it('reads every field', () => {
    expect(parseSquashfsSuperblock(squashfs(8192, { compressor: 6 }).subarray(0, 96))).toEqual({
      kind: 'parsed',
      value: {
        version: '4.0',
        compressor: 'zstd',
        blockSize: 131072,
        bytesUsed: 8092,
        idTableStart: 8084,
        mkfsTime: 1_600_000_000,
        inodes: 7,
        ids: 1,
      },
    });
  });

  it.each([
    [1, 'gzip'],
    [2, 'lzma'],
    [3, 'lzo'],
    [4, 'xz'],
    [5, 'lz4'],
    [6, 'zstd'],
  ])('compressor %i is %s', (compressor, name) => {
    expect(parseSquashfsSuperblock(squashfs(8192, { compressor }))).toMatchObject({
      value: { compressor: name },
    });
  });

  it.each([
    ['95 bytes', squashfs().subarray(0, 95), /96 bytes/],
    ['another magic', patched(squashfs(), 0, Uint8Array.of(0x73)), /no squashfs/],
    ['version 3', squashfs(8192, { major: 3 }), /version 3\.0/],
    ['compressor 0', squashfs(8192, { compressor: 0 }), /unknown compressor 0/],
    ['compressor 7', squashfs(8192, { compressor: 7 }), /unknown compressor 7/],
    ['a block size that is not its log', squashfs(8192, { blockLog: 16 }), /131072 bytes \(log 16/],
    ['blocks of 2 KiB', squashfs(8192, { blockSize: 2048, blockLog: 11 }), /blocks of 2048/],
    ['blocks of 2 MiB', squashfs(8192, { blockSize: 2 ** 21, blockLog: 21 }), /blocks of/],
    ['less than a superblock', patched(squashfs(), 40, int64(95n)), /95 bytes long/],
    ['2^63 bytes and more', patched(squashfs(), 40, int64(-1n)), /18446744073709551615 bytes/],
    ['an id table inside the superblock', patched(squashfs(), 48, int64(95n)), /byte 95$/],
    ['an id table past the end', patched(squashfs(), 48, int64(8085n)), /byte 8085$/],
    ['an id table at 2^64-1', patched(squashfs(), 48, int64(-1n)), /18446744073709551615$/],
  ])('refuses %s', (_, bytes, why) => {
    expect(fault(bytes)).toMatch(why);
  });
});

describe('isIdTableEntry', () => {
  const parsed = parseSquashfsSuperblock(squashfs());
  const superblock = parsed.kind === 'parsed' ? parsed.value : undefined;

  it.each([
    [0n, false],
    [95n, false],
    [96n, true],
    [8083n, true],
    [8084n, false],
    [-1n, false],
  ])('%i: %s', (entry, expected) => {
    expect(superblock && isIdTableEntry(int64(entry), superblock)).toBe(expected);
  });
});
