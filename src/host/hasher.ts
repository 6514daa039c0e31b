import { createHash } from 'node:crypto';
import { availableParallelism } from 'node:os';
import { type DigestForm, fastestForm, hashOf } from './digest-forms.ts';
import { type HashThread, hashHere, startHashThread } from './hash-thread.ts';
import { pieceBytes } from './pieces.ts';

/**
 * How the content of a file is told from another.
 *
 * `sha256`: as `sha256sum` prints it. It can only be computed from the first byte to the last.
 *
 * A {@link DigestForm}, written `<form>:<hex digits>`: as many processors as there are compute it. The content is cut into
 * pieces of 1 MiB (1,048,576 bytes), the last of which may be shorter; an empty file has none. The hashes of the pieces are
 * put one after the other in the order of the pieces, and the hash of that is the digest. The same with other tools:
 * `split -b 1M --filter='openssl dgst -sha256 -binary' FILE | openssl dgst -sha256`, or with `-blake2b512`.
 */
export type HashKind = 'sha256' | DigestForm;

/** No more threads than this, however many processors there are: each takes some 12 MiB of memory. */
const mostThreads = 5;
/** Starting a thread, and finding the faster hash, takes as long as hashing some MiB. */
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

/** The form in which a file of about so many bytes gets a new digest here. */
export function digestFormFor(size: number): DigestForm {
  return size <= smallBytes ? 'sha256-tree-1MiB' : fastestForm();
}

/** A hasher for a file of about so many bytes; to be closed. */
export function startHasher(kind: HashKind, size: number): Hasher {
  const count = kind === 'sha256' ? 1 : Math.min(availableParallelism(), mostThreads);
  const name = kind === 'sha256' ? kind : hashOf[kind];
  const threads = size <= smallBytes ? [hashHere(name)] : Array.from({ length: count }, () => startHashThread(name));
  return kind === 'sha256' ? hashInOrder(threads) : hashAsTree(kind, threads);
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

function hashAsTree(form: DigestForm, threads: readonly HashThread[]): Hasher {
  const digests: Uint8Array[] = [];
  let count = 0;
  return {
    ...common(threads),
    add: async (piece) => {
      const at = count++;
      digests[at] = (await leastBusy(threads).hash(piece, true)) ?? new Uint8Array();
    },
    digest: async () => `${form}:${createHash(hashOf[form]).update(Buffer.concat(digests)).digest('hex')}`,
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
