import { constants } from 'node:fs';
import { open } from 'node:fs/promises';
import { fileError, isFile } from './files.ts';

/**
 * The bytes of a regular file, or why there are none to be had: what stands there is no regular file, or it is larger than
 * `most` bytes. Never waits for a FIFO or a device, and never reads more than a little above `most`, whatever size the file
 * says it has.
 * @throws CtinstallError where the file cannot be opened or read
 */
export async function readUpTo(path: string, most: number): Promise<Buffer | 'no-file' | 'too-large'> {
  // Opening some devices does something already.
  if (!(await isFile(path))) return 'no-file';
  try {
    const file = await open(path, constants.O_RDONLY | constants.O_NONBLOCK);
    try {
      // It may have been replaced since.
      const stats = await file.stat();
      if (!stats.isFile()) return 'no-file';
      if (stats.size > most) return 'too-large';
      const pieces: Buffer[] = [];
      for (let length = 0; length <= most; ) {
        const { bytesRead, buffer } = await file.read(Buffer.alloc(Math.min(most + 1, 65_536)));
        if (bytesRead === 0) return Buffer.concat(pieces);
        pieces.push(buffer.subarray(0, bytesRead));
        length += bytesRead;
      }
      return 'too-large';
    } finally {
      await file.close();
    }
  } catch (error) {
    throw fileError(error, 'read', path);
  }
}
