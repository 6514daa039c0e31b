import { copyBySystem } from '../../host/copy-by-system.ts';
import { statIfThere } from '../../host/files.ts';
import { hashFile } from '../../host/hash-file.ts';
import { CtinstallError } from '../../lib/errors.ts';
import type { HostPath } from '../../lib/paths.ts';
import { requireSha256 } from '../../runtime/fetch-checked.ts';
import type { Context } from '../context.ts';
import type { Base } from './base.ts';
import { step } from './step.ts';

/** A base whose SHA-256 is computed while other work is done. */
export interface HashedBase {
  readonly base: Base;
  /** Begins at the first call; @throws CtinstallError `image-changed`, `checksum-mismatch` */
  readonly sha256: () => Promise<string>;
}

export interface HashOptions {
  /** What it must be: it is known then before the work begins, and so before anything of the base is run. */
  readonly expected: string | undefined;
  readonly signal: AbortSignal;
}

/** Does some work with a base; when that is over, nothing is computed any more. */
export async function withHash<T>(
  base: Base,
  { expected, signal }: HashOptions,
  work: (hashed: HashedBase) => Promise<T>,
): Promise<T> {
  const stop = new AbortController();
  let hashing: Promise<string> | undefined;
  const compute = async (): Promise<string> => {
    await requireAsSeen(base);
    const hash = await hashFile(base.path, AbortSignal.any([signal, stop.signal]));
    await requireAsSeen(base);
    requireSha256(hash, expected, base.path);
    return hash;
  };
  const sha256 = (): Promise<string> => {
    if (hashing === undefined) {
      hashing = compute();
      // It is thrown where it is awaited, if anybody still does.
      hashing.catch(() => undefined);
    }
    return hashing;
  };
  try {
    if (expected !== undefined) await sha256();
    return await work({ base, sha256 });
  } finally {
    stop.abort();
    await hashing?.catch(() => undefined);
  }
}

/**
 * Copies a base. Its SHA-256 is begun at the same time, and goes on afterwards: a system copies several times as fast as that is
 * computed, and of a slow disk both read the same bytes at about the same time.
 */
export async function copyBase({ base, sha256 }: HashedBase, to: HostPath, context: Context): Promise<void> {
  const { environment, signal, reporter } = context;
  await step(reporter, `copy ${base.file}`, async () => {
    void sha256();
    await requireAsSeen(base);
    await copyBySystem(base.path, to, { mode: 0o644, environment, signal });
    await requireAsSeen(base);
  });
}

/** As it was when it was looked at: an image that is being written is none. @throws CtinstallError `image-changed` */
export async function requireAsSeen({ path, size, mtimeMs, inode }: Base): Promise<void> {
  const stats = await statIfThere(path);
  if (stats?.size === size && stats.mtimeMs === mtimeMs && stats.ino === inode) return;
  throw new CtinstallError('image-changed', `\`${path}\` changed while it was read`, {
    hint: 'wait until whoever writes it is done, then run again',
  });
}
