import { listDirectory, lstatIfThere, removeEmptyDirectory, removeFile } from '../host/files.ts';
import { changeMode } from '../host/permissions.ts';
import { type HostPath, joinHost } from '../lib/paths.ts';
import { isReachedDirectly } from '../records/remove-below.ts';
import { isUserSoftware } from '../records/user-software.ts';

const ownersBits = 0o700;

/** What of added paths of a staged tree is user software, one by one: parents before children, relative to the tree. */
export async function listUserSoftware(tree: HostPath, added: readonly string[]): Promise<string[]> {
  const found: string[] = [];
  const walk = async (path: string): Promise<void> => {
    found.push(path);
    if ((await lstatIfThere(joinHost(tree, path)))?.isDirectory() !== true) return;
    for (const { name } of await listDirectory(joinHost(tree, path))) await walk(`${path}/${name}`);
  };
  for (const path of added) if (isUserSoftware(path)) await walk(path);
  return found;
}

/**
 * Removes what {@link listUserSoftware} found in a tree, and a publish has moved from there into an install dir. What else
 * has come into its directories by now is the user's, and stays. Safe to be killed in, and to be run again.
 */
export async function removeUserSoftware(
  tree: HostPath,
  installDir: HostPath,
  listed: readonly string[],
): Promise<void> {
  const paths: string[] = [];
  for (const path of listed) if ((await lstatIfThere(joinHost(tree, path))) === undefined) paths.push(path);
  const directories: string[] = [];
  for (const path of paths) {
    const stats = await lstatIfThere(joinHost(installDir, path));
    if (stats?.isDirectory() !== true || !(await isReachedDirectly(installDir, path))) continue;
    directories.push(path);
    // A package may have made it read-only.
    if ((stats.mode & ownersBits) !== ownersBits)
      await changeMode(joinHost(installDir, path), (mode) => mode | ownersBits);
  }
  const isDirectory = new Set(directories);
  for (const path of paths.toReversed()) {
    if (!isUserSoftware(path) || !(await isReachedDirectly(installDir, path))) continue;
    if (isDirectory.has(path)) await removeEmptyDirectory(joinHost(installDir, path));
    else await removeFile(joinHost(installDir, path));
  }
}
