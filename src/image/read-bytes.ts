import { CtinstallError } from '../lib/errors.ts';
import type { ImageReader } from './types.ts';

/** Names the file in a message: the path as the user knows it, in backquotes. */
export interface ReadPlace {
  readonly offset: number;
  readonly length: number;
  /** As the user knows the file. */
  readonly displayPath: string;
}

/**
 * Exactly `length` bytes. Throws `image-unreadable` where the file system gives an error, `image-changed` where the
 * file ends before its own size; a `CtinstallError` of the reader passes as it is.
 */
export async function readBytes(reader: ImageReader, place: ReadPlace): Promise<Uint8Array> {
  const { offset, length, displayPath } = place;
  let bytes: Uint8Array;
  try {
    bytes = await reader.read(offset, length);
  } catch (error) {
    if (error instanceof CtinstallError) throw error;
    throw new CtinstallError('image-unreadable', `cannot read \`${displayPath}\` at byte ${offset}`, {
      cause: error,
      hint: 'if the file system works again, try again; else take another copy of the image',
    });
  }
  if (bytes.length < length) {
    throw new CtinstallError(
      'image-changed',
      `\`${displayPath}\` ended at byte ${offset + bytes.length} while it was read; it was ${reader.size} bytes long`,
      { hint: 'something is writing to it: wait until that is done, then try again' },
    );
  }
  return bytes.subarray(0, length);
}
