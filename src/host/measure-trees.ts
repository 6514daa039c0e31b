import { lstatSync } from 'node:fs';
import { lstat } from 'node:fs/promises';
import { CtinstallError } from '../lib/errors.ts';
import { type HostPath, joinHost } from '../lib/paths.ts';
import { forMany, listDirectories } from './many-files.ts';

export interface TreeSize {
  /** Bytes, links not followed. */
  readonly bytes: number;
  readonly files: number;
  /** False where counting stopped at the most files that were asked for. */
  readonly isWhole: boolean;
}

/**
 * How much lies at some paths and below, in at most about `most` files; what is not there, or cannot be seen, has no effect.
 * @throws CtinstallError `interrupted`
 */
export async function measureTrees(paths: readonly HostPath[], most: number, signal?: AbortSignal): Promise<TreeSize> {
  let [bytes, files, isWhole] = [0, 0, true];
  for (let level = paths; level.length > 0 && isWhole; ) {
    const stats = await forMany(level, signal, {
      now: lstatOrNone,
      later: (path) => lstat(path).catch(() => undefined),
    });
    const directories = level.filter((_, at) => stats[at]?.isDirectory() === true);
    for (const each of stats) if (each?.isDirectory() === false) bytes += each.size;
    files += stats.filter((each) => each?.isDirectory() === false).length;
    isWhole = files < most;
    const listings = await listDirectories(directories, signal);
    level = directories.flatMap((directory, at) => {
      const entries = listings[at] ?? [];
      return entries instanceof CtinstallError ? [] : entries.map(({ name }) => joinHost(directory, name));
    });
  }
  return { bytes, files, isWhole };
}

function lstatOrNone(path: string) {
  try {
    return lstatSync(path);
  } catch {
    return undefined;
  }
}
