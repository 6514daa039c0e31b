import { createHash } from 'node:crypto';
import { CtinstallError } from '../lib/errors.ts';
import { fileError } from './files.ts';
import { openFile } from './open-file.ts';

/** SHA-256 of a file, as hex. */
export async function hashFile(path: string, signal?: AbortSignal): Promise<string> {
  const hash = createHash('sha256');
  try {
    const file = await openFile(path);
    // Closed with the stream.
    for await (const piece of file.createReadStream({
      highWaterMark: 4 * 1024 * 1024,
      ...(signal === undefined ? {} : { signal }),
    }))
      hash.update(piece as Buffer);
  } catch (error) {
    if (signal?.aborted === true) throw new CtinstallError('interrupted', 'interrupted');
    throw fileError(error, 'read', path);
  }
  return hash.digest('hex');
}
