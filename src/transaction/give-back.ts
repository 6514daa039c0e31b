import { realPath, statIfThere } from '../host/files.ts';
import { giveTree, type Owner } from '../host/give-tree.ts';
import { type HostPath, hostPath, joinHost } from '../lib/paths.ts';
import { directoriesBetween } from './check-prefix-owner.ts';
import type { InstallPlaces } from './types.ts';

/** Whose the prefix is that root works in: undefined for root's own, and for whoever is not root. */
export async function findOwner(existing: HostPath): Promise<Owner | undefined> {
  if (process.geteuid?.() !== 0) return undefined;
  const stats = await statIfThere(existing);
  return stats === undefined || stats.uid === 0 ? undefined : { uid: stats.uid, gid: stats.gid };
}

/**
 * What root has made in a user's prefix is the user's, who could not rebuild, pack or remove it else.
 * @param made directories that were made on the way to the prefix, and below
 */
export async function giveBack(places: InstallPlaces, made: readonly HostPath[], owner: Owner): Promise<void> {
  const { prefix, installDir, modulefile } = places;
  const real = hostPath(await realPath(prefix).catch(() => prefix));
  const below = (path: HostPath): HostPath => joinHost(real, path.slice(prefix.length + 1));
  const own = [installDir, joinHost(prefix, '.ctinstall')];
  for (const directory of own) await giveTree(below(directory), owner, true);
  const ways = directoriesBetween(places).filter((path) => path !== installDir);
  for (const directory of [...ways, hostPath('..', modulefile)]) await giveTree(below(directory), owner, false);
  for (const directory of made)
    if (directory === prefix || prefix.startsWith(`${directory}/`)) await giveTree(directory, owner, false);
}
