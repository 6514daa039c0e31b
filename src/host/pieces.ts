import type { FileHandle } from 'node:fs/promises';
import { CtinstallError } from '../lib/errors.ts';

/** What is read at once. Part of the rule of a digest: see `hasher.ts`. */
export const pieceBytes = 1024 * 1024;

export interface Pieces {
  /** Has a piece read and used while others are. */
  readonly use: (piece: Uint8Array, position: number) => Promise<void>;
  /** How many are in memory at most. */
  readonly capacity: number;
  /** Tells an error of reading from those of `use`. */
  readonly readError: (error: unknown) => unknown;
  readonly signal?: AbortSignal | undefined;
}

/**
 * Reads a file from its start to its end, in pieces of {@link pieceBytes} in shared memory, the last of which may be shorter.
 * `use` is called in their order, and not waited for until memory is needed. Nothing is in flight when this returns or throws.
 * @throws CtinstallError `interrupted`, and what `use` throws
 */
export async function forEachPiece(file: FileHandle, { use, capacity, readError, signal }: Pieces): Promise<void> {
  const free: Uint8Array[] = [];
  const inUse = new Set<Promise<void>>();
  try {
    for (let position = 0; ; position += pieceBytes) {
      if (inUse.size >= capacity) await Promise.race(inUse);
      refuseInterrupted(signal);
      const memory = free.pop() ?? new Uint8Array(new SharedArrayBuffer(pieceBytes));
      const bytes = await readPiece(file, memory, position).catch((error: unknown) => {
        throw readError(error);
      });
      if (bytes > 0) {
        const using = use(memory.subarray(0, bytes), position).then(() => {
          free.push(memory);
          inUse.delete(using);
        });
        // One that failed is thrown by the next wait.
        using.catch(() => undefined);
        inUse.add(using);
      }
      if (bytes < pieceBytes) break;
    }
    await Promise.all(inUse);
    refuseInterrupted(signal);
  } finally {
    await Promise.allSettled(inUse);
  }
}

function refuseInterrupted(signal: AbortSignal | undefined): void {
  if (signal?.aborted === true) throw new CtinstallError('interrupted', 'interrupted');
}

/** Fills the memory, unless the file ends; a single read may give less. */
async function readPiece(file: FileHandle, memory: Uint8Array, position: number): Promise<number> {
  for (let length = 0; ; ) {
    const { bytesRead } = await file.read(memory, length, memory.length - length, position + length);
    length += bytesRead;
    if (bytesRead === 0 || length === memory.length) return length;
  }
}
