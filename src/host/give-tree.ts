import { constants, type Stats } from 'node:fs';
import { lchown, lstat, open, readdir, readlink } from 'node:fs/promises';
import { type HostPath, joinHost } from '../lib/paths.ts';

/** User and group ids. */
export interface Owner {
  readonly uid: number;
  readonly gid: number;
}

/**
 * Gives what root has made in a directory, and the directory itself, to its owner, `isDeep` all that is below too. Whoever
 * may write there could put a link in the place of something meanwhile: each directory is opened, must be the one that was
 * meant, and is gone through as it was opened. What cannot be given stays root's.
 * @param directory with no symbolic link in it
 */
export async function giveTree(directory: HostPath, owner: Owner, isDeep: boolean): Promise<void> {
  const opened = await open(directory, constants.O_RDONLY | constants.O_DIRECTORY | constants.O_NOFOLLOW).catch(
    () => undefined,
  );
  if (opened === undefined) return;
  try {
    const inside = `/proc/self/fd/${opened.fd}`;
    if ((await readlink(inside)) !== directory) return;
    for (const name of await readdir(inside)) {
      const stats = await lstat(`${inside}/${name}`).catch(() => undefined);
      if (stats?.isDirectory() === true) {
        if (isDeep) await giveTree(joinHost(directory, name), owner, isDeep);
      } else if (stats !== undefined && isToGive(stats))
        await lchown(`${inside}/${name}`, owner.uid, groupOf(stats, owner)).catch(() => undefined);
    }
    const own = await opened.stat();
    if (own.uid === 0) await opened.chown(owner.uid, groupOf(own, owner)).catch(() => undefined);
  } finally {
    await opened.close();
  }
}

/** A file of several names may be another's. */
function isToGive(stats: Stats): boolean {
  return stats.uid === 0 && (stats.nlink === 1 || stats.isSymbolicLink());
}

/** One that the directory or the settings gave stays. */
function groupOf({ gid }: Stats, owner: Owner): number {
  return gid === 0 ? owner.gid : gid;
}
