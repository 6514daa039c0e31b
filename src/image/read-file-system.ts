import { isZero } from './bytes.ts';
import { ext3HeadSize, parseExt3Superblock } from './ext3-superblock.ts';
import { invalidImage, parsedOrThrow } from './image-errors.ts';
import { readBytes } from './read-bytes.ts';
import { isIdTableEntry, parseSquashfsSuperblock, squashfsSuperblockSize } from './squashfs-superblock.ts';
import type { Ext3Superblock, ImageReader, SquashfsSuperblock } from './types.ts';

/** A file system in a file: where it begins, and how a message names it. */
export interface FileSystemPlace {
  readonly displayPath: string;
  /** The subject of a message: `` `x.sif` ``, or its partition. */
  readonly what: string;
  /** Bytes from the start of the file. */
  readonly offset: number;
  /** Bytes that are there for it; all of them lie in the file. */
  readonly size: number;
  /** The error for a file system that needs `bytesUsed` of these bytes and does not have them. */
  readonly truncated: (bytesUsed: number) => Error;
}

/**
 * The squashfs that begins there, proved to be as long as it says and to have its end written.
 * Throws the place's `truncated`, or `image-invalid`.
 */
export async function readSquashfs(reader: ImageReader, place: FileSystemPlace): Promise<SquashfsSuperblock> {
  const start = await readStart(reader, place, squashfsSuperblockSize);
  const superblock = parsedOrThrow(parseSquashfsSuperblock(start), place.what);
  if (place.size < superblock.bytesUsed) throw place.truncated(superblock.bytesUsed);
  const entry = await readBytes(reader, {
    offset: place.offset + superblock.idTableStart,
    length: 8,
    displayPath: place.displayPath,
  });
  if (isIdTableEntry(entry, superblock)) return superblock;
  const found = isZero(entry) ? 'zeros stand where its last tables should be' : 'its table of ids is wrong';
  throw invalidImage(`${place.what} is damaged: ${found}`);
}

/** As `readSquashfs`, for ext3 (whose end needs not be written). */
export async function readExt3(reader: ImageReader, place: FileSystemPlace): Promise<Ext3Superblock> {
  const start = await readStart(reader, place, ext3HeadSize);
  const superblock = parsedOrThrow(parseExt3Superblock(start), place.what);
  if (place.size < superblock.bytesUsed) throw place.truncated(superblock.bytesUsed);
  return superblock;
}

async function readStart(
  reader: ImageReader,
  { displayPath, what, offset, size, truncated }: FileSystemPlace,
  length: number,
): Promise<Uint8Array> {
  if (size < length) throw truncated(length);
  const bytes = await readBytes(reader, { offset, length, displayPath });
  if (!isZero(bytes)) return bytes;
  throw invalidImage(`${what} is damaged: only zeros stand where its file system should begin`);
}
