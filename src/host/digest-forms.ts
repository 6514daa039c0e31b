import { createHash } from 'node:crypto';

/** The hash in each form of digest; a form names its rule in records. See `hasher.ts`. */
export const hashOf = { 'sha256-tree-1MiB': 'sha256', 'blake2b512-tree-1MiB': 'blake2b512' } as const;

export type DigestForm = keyof typeof hashOf;
export type HashName = (typeof hashOf)[DigestForm];

export function isDigestForm(text: string): text is DigestForm {
  return Object.hasOwn(hashOf, text);
}

let found: DigestForm | undefined;

/**
 * The form that this processor computes fastest: SHA-256 where it has instructions for it, else BLAKE2b, which then takes
 * less than half the time. Measured once, in some milliseconds, as no system tells it of every kind of processor.
 */
export function fastestForm(): DigestForm {
  found ??= secondsOf('blake2b512') < secondsOf('sha256') ? 'blake2b512-tree-1MiB' : 'sha256-tree-1MiB';
  return found;
}

/** The shortest of a few times, as others are at work too; endless where there is no such hash, as under FIPS. */
function secondsOf(name: HashName): number {
  const bytes = Buffer.alloc(256 * 1024);
  try {
    const times = [1, 2, 3, 4].map(() => {
      const start = performance.now();
      createHash(name).update(bytes).digest();
      return performance.now() - start;
    });
    return Math.min(...times) / 1000;
  } catch {
    return Number.POSITIVE_INFINITY;
  }
}
