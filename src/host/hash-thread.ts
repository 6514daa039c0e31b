import { createHash } from 'node:crypto';
import { Worker } from 'node:worker_threads';
import type { HashName } from './digest-forms.ts';

/** Computes the hash of one run of pieces after the other. */
export interface HashThread {
  /** Pieces that were given and are not hashed yet. */
  readonly waiting: () => number;
  /**
   * Resolves when the piece is hashed and its memory may be used anew; with the hash of all pieces since the last result
   * if this is the last of them.
   */
  readonly hash: (piece: Uint8Array, isLast: boolean) => Promise<Uint8Array | undefined>;
  readonly close: () => Promise<void>;
}

/** A thread of its own, or, where the system grants no more of them, this one. Pieces must lie in shared memory. */
export function startHashThread(name: HashName): HashThread {
  const options = { workerData: name, execArgv: [], resourceLimits };
  try {
    return hashInWorker(new Worker(new URL('hash-worker.mjs', import.meta.url), options));
  } catch {
    return hashHere(name);
  }
}

/** MiB: what a thread that only hashes gets along with, so that many of them stay small. */
const resourceLimits = { maxYoungGenerationSizeMb: 2, maxOldGenerationSizeMb: 16 };

/** In this thread, while which it does nothing else. */
export function hashHere(name: HashName): HashThread {
  let hash = createHash(name);
  return {
    waiting: () => 0,
    hash: (piece, isLast) => {
      hash.update(piece);
      if (!isLast) return Promise.resolve(undefined);
      const digest = hash.digest();
      hash = createHash(name);
      return Promise.resolve(digest);
    },
    close: () => Promise.resolve(),
  };
}

function hashInWorker(worker: Worker): HashThread {
  const asked: {
    readonly resolve: (digest: Uint8Array | undefined) => void;
    readonly reject: (why: unknown) => void;
  }[] = [];
  let failure: unknown;
  worker.on('message', (digest: Uint8Array | undefined) => asked.shift()?.resolve(digest));
  worker.on('error', (error) => {
    failure = error;
    for (const { reject } of asked.splice(0)) reject(error);
  });
  return {
    waiting: () => asked.length,
    hash: (piece, isLast) =>
      new Promise((resolve, reject) => {
        if (failure !== undefined) return reject(failure);
        asked.push({ resolve, reject });
        worker.postMessage({ piece, isLast });
      }),
    close: async () => {
      await worker.terminate();
    },
  };
}
