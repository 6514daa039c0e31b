import { readCString, uuidText, viewOf } from './bytes.ts';
import type { Ext3Superblock, Parsed } from './types.ts';

/** Bytes from the start of the file system that the parser looks at. */
export const ext3HeadSize = 1024 + 136;

const superblockOffset = 1024;
const journal = 0x4;
/** filetype, recover, meta_bg. */
const allowedIncompatible = 0x2 | 0x4 | 0x10;
/** sparse_super, large_file, btree_dir. */
const allowedReadOnly = 0x1 | 0x2 | 0x4;

/** Whether a file system of the ext2/3/4 family begins at `offset`. */
export function isExtFileSystem(bytes: Uint8Array, offset = 0): boolean {
  const magic = offset + superblockOffset + 56;
  return bytes[magic] === 0x53 && bytes[magic + 1] === 0xef;
}

/**
 * The superblock of an ext3 file system, from its first 1160 bytes. A fault where the runtimes would not take it:
 * they want a journal (ext2 has none) and none of ext4's features.
 * Source: Apptainer `pkg/image/ext3.go`; Linux `Documentation/filesystems/ext4/super.rst`.
 */
export function parseExt3Superblock(bytes: Uint8Array): Parsed<Ext3Superblock> {
  if (bytes.length < ext3HeadSize || !isExtFileSystem(bytes)) {
    return { kind: 'fault', fault: 'no ext3 file system begins there' };
  }
  const raw = bytes.subarray(superblockOffset);
  const view = viewOf(raw);
  if ((view.getUint32(92, true) & journal) === 0) {
    return {
      kind: 'fault',
      fault: 'it is an ext2 file system (it has no journal), and runtimes take only ext3',
    };
  }
  if ((view.getUint32(96, true) & ~allowedIncompatible) !== 0 || (view.getUint32(100, true) & ~allowedReadOnly) !== 0) {
    return { kind: 'fault', fault: 'it is an ext4 file system, and runtimes take only ext3' };
  }
  const blockLog = view.getUint32(24, true);
  if (blockLog > 6) return { kind: 'fault', fault: `its ext3 has blocks of 2^${10 + blockLog} bytes` };
  const blockSize = 1024 << blockLog;
  return {
    kind: 'parsed',
    value: {
      blockSize,
      bytesUsed: view.getUint32(4, true) * blockSize,
      uuid: uuidText(raw.subarray(104, 120)),
      label: readCString(raw, 120, 16),
    },
  };
}
