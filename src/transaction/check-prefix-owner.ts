import { lstatIfThere, statIfThere } from '../host/files.ts';
import { CtinstallError } from '../lib/errors.ts';
import { formatCommand } from '../lib/format.ts';
import { type HostPath, hostPath, joinHost } from '../lib/paths.ts';
import type { Reporter } from '../report/types.ts';
import type { InstallPlaces } from './types.ts';

/** Who looks: user and group ids. */
export interface Caller {
  readonly user: number;
  readonly groups: readonly number[];
}

export function thisCaller(): Caller {
  return { user: process.geteuid?.() ?? 0, groups: [process.getegid?.() ?? 0, ...(process.getgroups?.() ?? [])] };
}

/**
 * Makes sure that the work on an install leads where it should, as far as others could have a hand in it.
 *
 * Refused is a symbolic link of another user in place of a directory between the prefix and the files of an install: it would
 * make this run write, or remove, where that user likes. One of this user or of root is followed: users move `software` or
 * single installs to another file system. (The prefix itself, and what is above it, may be a link of anybody: it was named.)
 *
 * Reported, in one line each, is a directory in which somebody else can replace what the module runs:
 * - one that every user can write to, unless its sticky bit keeps them from touching what is not theirs;
 * - one that belongs to another user than this one and root. Not so where it is open to a group of this user: that is how the
 *   directories of a project are, and its members trust each other.
 * @throws CtinstallError `prefix-not-writable`
 */
export async function checkPrefixOwner(
  places: InstallPlaces,
  reporter: Reporter,
  caller: Caller = thisCaller(),
): Promise<void> {
  const { prefix, installDir } = places;
  for (const directory of [...directoriesBetween(places), joinHost(installDir, '.ctinstall')]) {
    const stats = await lstatIfThere(directory);
    if (stats?.isSymbolicLink() !== true || stats.uid === 0 || stats.uid === caller.user) continue;
    throw new CtinstallError(
      'prefix-not-writable',
      `\`${directory}\` is a symbolic link of another user (id ${stats.uid}): it is not followed`,
      { hint: 'replace it by a directory, or by a link of your own; or choose another place with `--prefix <dir>`' },
    );
  }
  for (const directory of [prefix, ...directoriesBetween(places)]) {
    const stats = await statIfThere(directory);
    if (stats?.isDirectory() !== true) continue;
    const isOpenToAll = (stats.mode & 0o1002) === 0o002;
    const isOfProject = (stats.mode & 0o020) !== 0 && caller.groups.includes(stats.gid);
    const isOfOther = stats.uid !== 0 && stats.uid !== caller.user && !isOfProject;
    if (isOpenToAll)
      reporter.report({
        event: 'warning',
        message: `every user of this machine can replace what is in \`${directory}\`: chmod o-w ${formatCommand([directory])}`,
      });
    else if (isOfOther)
      reporter.report({
        event: 'warning',
        message: `another user (id ${stats.uid}) can replace what is in \`${directory}\`: to have a place of your own, use \`--prefix <dir>\``,
      });
  }
}

/** The directories below the prefix in which the files of an install, and what is made on the way to it, lie. */
export function directoriesBetween({
  prefix,
  installDir,
  modulefile,
  staging,
  retired,
  lock,
}: InstallPlaces): HostPath[] {
  const found = new Set<HostPath>();
  for (const end of [installDir, hostPath('..', modulefile), staging, retired, hostPath('..', lock)])
    for (let at: HostPath = end; at !== prefix && at !== '/'; at = hostPath('..', at)) found.add(at);
  return [...found].sort();
}
