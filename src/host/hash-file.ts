import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { CtinstallError } from '../lib/errors.ts';
import { fileError } from './files.ts';

/** SHA-256 of a file, as hex. */
export async function hashFile(path: string, signal?: AbortSignal): Promise<string> {
  const hash = createHash('sha256');
  try {
    for await (const piece of createReadStream(path, {
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
