import { open } from 'node:fs/promises';
import { fileError } from './files.ts';
import { syncFile } from './limits.ts';

/**
 * Writes bytes at their places into a file that is there, and ends the file at `size` bytes where that is given. On disk when
 * it returns, unless more is written to it later.
 */
export async function writePieces(
  path: string,
  pieces: readonly { readonly offset: number; readonly bytes: Uint8Array }[],
  { size, isSyncedLater = false }: { readonly size?: number; readonly isSyncedLater?: boolean } = {},
): Promise<void> {
  try {
    const file = await open(path, 'r+');
    try {
      for (const { offset, bytes } of pieces)
        for (let done = 0; done < bytes.length; )
          done += (await file.write(bytes, done, bytes.length - done, offset + done)).bytesWritten;
      if (size !== undefined) await file.truncate(size);
      if (!isSyncedLater) await syncFile(file, path);
    } finally {
      await file.close();
    }
  } catch (error) {
    throw fileError(error, 'write', path);
  }
}
