import { fileError } from './files.ts';
import { type HashKind, startHasher } from './hasher.ts';
import { openFile } from './open-file.ts';
import { forEachPiece } from './pieces.ts';

/** SHA-256 of a file, as hex. */
export function hashFile(path: string, signal?: AbortSignal): Promise<string> {
  return hash('sha256', path, signal);
}

/** The digest of a file that several processors compute: the `tree` of {@link HashKind}. */
export function digestFile(path: string, signal?: AbortSignal): Promise<string> {
  return hash('tree', path, signal);
}

async function hash(kind: HashKind, path: string, signal: AbortSignal | undefined): Promise<string> {
  const readError = (error: unknown): unknown => fileError(error, 'read', path);
  const file = await openFile(path).catch((error: unknown) => {
    throw readError(error);
  });
  try {
    const hasher = startHasher(kind, (await file.stat()).size);
    try {
      await forEachPiece(file, { use: hasher.add, capacity: hasher.capacity, readError, signal });
      return await hasher.digest();
    } finally {
      await hasher.close();
    }
  } finally {
    await file.close();
  }
}
