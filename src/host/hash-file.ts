import type { DigestForm } from './digest-forms.ts';
import { fileError } from './files.ts';
import { digestFormFor, type HashKind, startHasher } from './hasher.ts';
import { openFile } from './open-file.ts';
import { forEachPiece } from './pieces.ts';

/** SHA-256 of a file, as hex. */
export function hashFile(path: string, signal?: AbortSignal): Promise<string> {
  return hash('sha256', path, signal);
}

/** The digest of a file that several processors compute, in the form asked for, or the one that is fastest here. */
export function digestFile(path: string, signal?: AbortSignal, form?: DigestForm): Promise<string> {
  return hash(form, path, signal);
}

async function hash(kind: HashKind | undefined, path: string, signal: AbortSignal | undefined): Promise<string> {
  const readError = (error: unknown): unknown => fileError(error, 'read', path);
  const file = await openFile(path).catch((error: unknown) => {
    throw readError(error);
  });
  try {
    const { size } = await file.stat();
    const hasher = startHasher(kind ?? digestFormFor(size), size);
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
