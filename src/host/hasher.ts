import { createHash } from 'node:crypto';
import { availableParallelism } from 'node:os';
import { type HashThread, hashHere, startHashThread } from './hash-thread.ts';
import { pieceBytes } from './pieces.ts';

/**
 * How the content of a file is told from another.
 *
 * `sha256`: as `sha256sum` prints it. It can only be computed from the first byte to the last.
 *
 * `tree`: {@link treeForm}, a colon and 64 hex digits; as many processors as there are compute it. The content is cut into
 * pieces of 1 MiB (1,048,576 bytes), the last of which may be shorter; an empty file has none. The SHA-256 of the pieces, 32
 * bytes each, are put one after the other in the order of the pieces, and the SHA-256 of that is the digest. The same with
 * other tools: `split -b 1M --filter='openssl dgst -sha256 -binary' FILE | openssl dgst -sha256`.
 */
export type HashKind = 'sha256' | 'tree';

/** Names the rule of `tree` in records, so that another can come beside it. */
export const treeForm = 'sha256-tree-1MiB';

/** No more threads than this, however many processors there are: each takes some 12 MiB of memory. */
const mostThreads = 5;
/** Starting a thread takes as long as hashing some MiB. */
const smallBytes = 8 * pieceBytes;

/** Hashes the pieces of a file as they come. */
export interface Hasher {
  /** How many pieces it takes until it is behind. */
  readonly capacity: number;
  /**
   * Pieces are given in their order, each but the last of {@link pieceBytes} and in shared memory. Resolves when its memory
   * may be used anew.
   */
  readonly add: (piece: Uint8Array) => Promise<void>;
  /** When all that was added is hashed. */
  readonly digest: () => Promise<string>;
  readonly close: () => Promise<void>;
}

/** A hasher for a file of about so many bytes; to be closed. */
export function startHasher(kind: HashKind, size: number): Hasher {
  const count = kind === 'sha256' ? 1 : Math.min(availableParallelism(), mostThreads);
  const threads = size <= smallBytes ? [hashHere()] : Array.from({ length: count }, startHashThread);
  return kind === 'sha256' ? hashInOrder(threads) : hashAsTree(threads);
}

function hashInOrder(threads: readonly HashThread[]): Hasher {
  const thread = leastBusy(threads);
  return {
    ...common(threads),
    add: async (piece) => {
      await thread.hash(piece, false);
    },
    digest: async () => toHex(await thread.hash(new Uint8Array(), true)),
  };
}

function hashAsTree(threads: readonly HashThread[]): Hasher {
  const digests: Uint8Array[] = [];
  let count = 0;
  return {
    ...common(threads),
    add: async (piece) => {
      const at = count++;
      digests[at] = (await leastBusy(threads).hash(piece, true)) ?? new Uint8Array();
    },
    digest: async () => `${treeForm}:${createHash('sha256').update(Buffer.concat(digests)).digest('hex')}`,
  };
}

function common(threads: readonly HashThread[]): Pick<Hasher, 'capacity' | 'close'> {
  return {
    // Each hashes one and has the next at hand; the rest is being read and written.
    capacity: 2 * threads.length + 6,
    close: async () => {
      await Promise.all(threads.map((thread) => thread.close()));
    },
  };
}

function leastBusy(threads: readonly HashThread[]): HashThread {
  return threads.reduce((least, thread) => (thread.waiting() < least.waiting() ? thread : least));
}

function toHex(digest: Uint8Array | undefined): string {
  return Buffer.from(digest ?? []).toString('hex');
}
