import { hasAscii, readInt64, viewOf } from './bytes.ts';
import type { Parsed, SquashfsCompressor, SquashfsSuperblock } from './types.ts';

/** Bytes of the superblock. */
export const squashfsSuperblockSize = 96;

const compressors: ReadonlyMap<number, SquashfsCompressor> = new Map([
  [1, 'gzip'],
  [2, 'lzma'],
  [3, 'lzo'],
  [4, 'xz'],
  [5, 'lz4'],
  [6, 'zstd'],
]);

/** Whether a squashfs 4 begins at `offset`. */
export function isSquashfs(bytes: Uint8Array, offset = 0): boolean {
  return hasAscii(bytes, offset, 'hsqs');
}

/**
 * The superblock of a squashfs, from its first 96 bytes. A fault where they are not one that the kernel or
 * squashfuse would mount: another version than 4.0, an unknown compressor, an impossible block size, length or id table.
 * Source: squashfs-tools `squashfs_fs.h`, Linux `fs/squashfs/super.c`.
 */
export function parseSquashfsSuperblock(bytes: Uint8Array): Parsed<SquashfsSuperblock> {
  if (bytes.length < squashfsSuperblockSize) {
    return { kind: 'fault', fault: `a squashfs superblock is ${squashfsSuperblockSize} bytes` };
  }
  if (!isSquashfs(bytes)) return { kind: 'fault', fault: 'no squashfs begins there' };
  const view = viewOf(bytes);
  const version = `${view.getUint16(28, true)}.${view.getUint16(30, true)}`;
  if (version !== '4.0') return { kind: 'fault', fault: `its squashfs is version ${version}, not 4.0` };
  const compressor = compressors.get(view.getUint16(20, true));
  if (compressor === undefined) {
    return {
      kind: 'fault',
      fault: `its squashfs has the unknown compressor ${view.getUint16(20, true)}`,
    };
  }
  const blockSize = view.getUint32(12, true);
  const blockLog = view.getUint16(22, true);
  if (blockLog < 12 || blockLog > 20 || blockSize !== 2 ** blockLog) {
    return {
      kind: 'fault',
      fault: `its squashfs has blocks of ${blockSize} bytes (log ${blockLog})`,
    };
  }
  const bytesUsed = readInt64(view, 40) ?? -1;
  if (bytesUsed < squashfsSuperblockSize) {
    const length = view.getBigUint64(40, true);
    return { kind: 'fault', fault: `its squashfs would be ${length} bytes long` };
  }
  const idTableStart = readInt64(view, 48) ?? -1;
  if (idTableStart < squashfsSuperblockSize || idTableStart + 8 > bytesUsed) {
    const place = view.getBigUint64(48, true);
    return { kind: 'fault', fault: `its squashfs would have its table of ids at byte ${place}` };
  }
  return {
    kind: 'parsed',
    value: {
      version,
      compressor,
      blockSize,
      bytesUsed,
      idTableStart,
      mkfsTime: view.getUint32(8, true),
      inodes: view.getUint32(4, true),
      ids: view.getUint16(26, true),
    },
  };
}

/**
 * Whether the 8 bytes at `idTableStart` can be the first entry of the id table, one of the last things that
 * mksquashfs writes: it points back into the file system. Zeros stand there where a copy had its whole size
 * reserved and was never finished. Source: Linux `fs/squashfs/id.c`.
 */
export function isIdTableEntry(bytes: Uint8Array, superblock: SquashfsSuperblock): boolean {
  const start = readInt64(viewOf(bytes), 0) ?? -1;
  return start >= squashfsSuperblockSize && start < superblock.idTableStart;
}
