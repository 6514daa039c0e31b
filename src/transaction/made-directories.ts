import { lstatIfThere, removeEmptyDirectory } from '../host/files.ts';
import type { HostPath } from '../lib/paths.ts';

/** Those of the paths where nothing is. */
export async function findMissing(directories: readonly HostPath[]): Promise<HostPath[]> {
  const missing: HostPath[] = [];
  for (const directory of directories) if ((await lstatIfThere(directory)) === undefined) missing.push(directory);
  return missing;
}

/** Removes directories, children before parents, as far as they are empty and can be removed. */
export async function removeEmptyDirectories(directories: readonly string[]): Promise<void> {
  for (const directory of directories) await removeEmptyDirectory(directory).catch(() => false);
}
