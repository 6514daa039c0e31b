import { listDirectory, lstatIfThere } from '../host/files.ts';
import { CtinstallError } from '../lib/errors.ts';
import { type HostPath, joinHost, type Prefix } from '../lib/paths.ts';
import { findRetiredImages, removeRetiredImages } from '../records/retired-images.ts';
import { type LockOptions, takeLock } from './lock.ts';
import { recoverInstall } from './recover.ts';
import { withUserSoftwareLock } from './user-software-lock.ts';

/** What a run that was stopped left behind under a prefix, by the install it was at work on. */
export interface Leftover {
  /** `<name>@<full version>` */
  readonly install: string;
  readonly paths: readonly HostPath[];
  /** Who is at work on it; undefined where nobody is, and it was (or would be) removed. */
  readonly heldBy: string | undefined;
}

export interface CleanPrefixOptions {
  readonly isDryRun: boolean;
  readonly signal?: AbortSignal;
  /** Hears of each install before it is looked at. */
  readonly onInstall?: (install: string) => void;
}

/**
 * Finds stale staging directories, retired files and dead locks, and clears them as the next run on the install would: what
 * a half-done rebuild replaced is put back. Images that a rebuild kept for running jobs go too. What a live process holds is left alone. One that cannot be cleared keeps none
 * of the others from it. With `isDryRun` nothing changes but
 * that dead locks go.
 * @throws CtinstallError at the end, for what could not be cleared
 */
export async function cleanPrefix(
  prefix: Prefix,
  environment: Readonly<Record<string, string | undefined>>,
  { isDryRun, signal, onInstall }: CleanPrefixOptions,
): Promise<Leftover[]> {
  const place = (kind: 'staging' | 'retired' | 'locks', name = ''): HostPath =>
    joinHost(prefix, '.ctinstall', kind, name);
  const [staging, retired, locks] = await Promise.all(
    (['staging', 'retired', 'locks'] as const).map((kind) => listDirectory(place(kind))),
  );
  const names = new Set([...(staging ?? []), ...(retired ?? [])].map(({ name }) => name));
  const images = await findRetiredImages(prefix);
  for (const name of images.keys()) names.add(name);
  for (const { name } of locks ?? []) names.add(name.replace(/\.lock(\.[^/]*)?$/, ''));
  const leftovers: Leftover[] = [];
  const faults: CtinstallError[] = [];
  for (const install of [...names].sort()) {
    onInstall?.(install);
    const lock = place('locks', `${install}.lock`);
    const candidates = [place('staging', install), place('retired', install), lock];
    const ofImages = images.get(install);
    const paths: HostPath[] = [...(ofImages?.paths ?? [])];
    for (const path of candidates) if ((await lstatIfThere(path)) !== undefined) paths.push(path);
    if (signal?.aborted) throw new CtinstallError('interrupted', 'interrupted');
    const locking: LockOptions = { environment, waits: false, onWait: () => undefined };
    try {
      const unlock = await takeLock(lock, locking);
      try {
        if (!isDryRun) {
          await recoverInstall(place('staging', install), place('retired', install), locking);
          if (ofImages !== undefined)
            await withUserSoftwareLock(ofImages.installDir, locking, () => removeRetiredImages(ofImages.installDir));
        }
      } finally {
        await unlock();
      }
    } catch (error) {
      if (!(error instanceof CtinstallError) || error.code === 'interrupted') throw error;
      if (error.code !== 'locked') {
        faults.push(error);
        continue;
      }
      leftovers.push({ install, paths, heldBy: error.message });
      continue;
    }
    leftovers.push({ install, paths, heldBy: undefined });
  }
  const [first, ...others] = faults;
  if (first === undefined) return leftovers;
  const details = [...first.details, ...others.map(({ message }) => `  also: ${message}`)];
  throw others.length === 0 ? first : new CtinstallError(first.code, first.message, { hint: first.hint, details });
}
