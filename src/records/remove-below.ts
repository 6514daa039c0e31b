import { lstatIfThere, removeEmptyDirectory, removeFile, statIfThere } from '../host/files.ts';
import { type HostPath, hostPath, joinHost } from '../lib/paths.ts';
import { isUserSoftware } from './user-software.ts';

/**
 * Whether a path below a directory can lead nowhere else: it is plain, and no directory on the way is a symbolic link. (The
 * directory itself may be one: users move installs to another file system.)
 */
export async function isReachedDirectly(directory: HostPath, path: string): Promise<boolean> {
  const parts = path.split('/');
  if (path.startsWith('/') || parts.includes('..')) return false;
  for (let count = 0; count < parts.length; count += 1) {
    const stats =
      count === 0 ? await statIfThere(directory) : await lstatIfThere(joinHost(directory, ...parts.slice(0, count)));
    if (stats?.isDirectory() !== true) return false;
  }
  return true;
}

/**
 * Removes a file that a record lists, and directories around it that are empty then. Neither a record nor a link that somebody
 * put in place of a directory can lead outside the install dir, or to the user's own.
 */
export async function removeBelow(installDir: HostPath, path: string): Promise<void> {
  if (isUserSoftware(path) || !(await isReachedDirectly(installDir, path))) return;
  if ((await lstatIfThere(joinHost(installDir, path)))?.isDirectory() === true) return;
  await removeFile(joinHost(installDir, path));
  let directory = hostPath('..', joinHost(installDir, path));
  while (directory !== installDir && (await removeEmptyDirectory(directory))) directory = hostPath('..', directory);
}
