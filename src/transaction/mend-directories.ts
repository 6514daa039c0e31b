import { lstatIfThere } from '../host/files.ts';
import { changeGroup, changeMode } from '../host/permissions.ts';
import { type HostPath, joinHost } from '../lib/paths.ts';
import { wrappersDirectory } from '../modulefile/container-environment.ts';
import type { DirectoryBits } from '../resolve/types.ts';
import { directoriesBetween } from './check-prefix-owner.ts';
import type { InstallPlaces } from './types.ts';

/**
 * Brings the directories of an install, and those that lead to it, to the permissions that new ones get: as far as they are
 * this user's own. User software is the user's. The prefix itself may be used for other things: it is touched only where it
 * hands its group on.
 */
export async function mendDirectories(places: InstallPlaces, { set, clear, group }: DirectoryBits): Promise<void> {
  const { prefix, installDir } = places;
  const prefixMode = (await lstatIfThere(prefix))?.mode ?? 0;
  const directories: HostPath[] = [
    ...((prefixMode & 0o2000) === 0 ? [] : [prefix]),
    ...directoriesBetween(places),
    ...['bin', 'runscripts', '.ctinstall', wrappersDirectory].map((name) => joinHost(installDir, name)),
    joinHost(prefix, '.ctinstall', 'defaults'),
  ];
  for (const path of directories) {
    const stats = await lstatIfThere(path);
    if (stats?.isDirectory() !== true || stats.uid !== process.geteuid?.()) continue;
    if (group !== undefined) await changeGroup(path, group);
    await changeMode(path, (mode) => (mode | set) & ~clear);
  }
}
