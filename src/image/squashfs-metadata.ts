import { viewOf } from './bytes.ts';
import type { Piece } from './write-sif.ts';

/** Bytes of a metadata block of squashfs, but for the last of a table, which may be shorter. */
const blockBytes = 8192;
/** In the two bytes before a block: it is stored as it is. Source: Linux `fs/squashfs/squashfs_fs.h`. */
const storedAsIs = 0x8000;

export type Read = (offset: number, length: number) => Promise<Uint8Array>;

/** Bytes of a table, which may lie in several blocks, and the way back: the pieces that put others in their place. */
export interface MetadataBytes {
  readonly bytes: Uint8Array;
  readonly put: (bytes: Uint8Array) => Piece[];
}

/**
 * `length` bytes of a table whose blocks are not compressed, from byte `skip` of the block that begins at `at`. Undefined where
 * one of them is compressed, or the table is shorter.
 */
export async function readStoredMetadata(
  read: Read,
  at: number,
  { skip, length }: { readonly skip: number; readonly length: number },
): Promise<MetadataBytes | undefined> {
  const bytes = new Uint8Array(length);
  const places: { offset: number; from: number; to: number }[] = [];
  let block = at;
  let inBlock = skip;
  for (let done = 0; done < length; ) {
    const head = await read(block, 2);
    if (head.length < 2) return undefined;
    const word = viewOf(head).getUint16(0, true);
    const size = word & ~storedAsIs;
    if ((word & storedAsIs) === 0 || size > blockBytes || size <= inBlock) return undefined;
    const count = Math.min(size - inBlock, length - done);
    const offset = block + 2 + inBlock;
    const piece = await read(offset, count);
    if (piece.length < count) return undefined;
    bytes.set(piece, done);
    places.push({ offset, from: done, to: done + count });
    done += count;
    block += 2 + size;
    inBlock = 0;
  }
  return {
    bytes,
    put: (changed) => places.map(({ offset, from, to }) => ({ offset, bytes: changed.subarray(from, to) })),
  };
}
