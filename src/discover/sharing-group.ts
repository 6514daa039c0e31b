import { statIfThere } from '../host/files.ts';
import { type HostPath, hostPath } from '../lib/paths.ts';

/**
 * The group (its number) whose members share what lies in a directory: where it, or the nearest one above it that is there,
 * hands its group on (setgid) and that group, which this user is in, may write there. Undefined where nothing says so.
 */
export async function discoverSharingGroup(directory: HostPath): Promise<number | undefined> {
  let path = directory;
  while (path !== '/' && (await statIfThere(path)) === undefined) path = hostPath('..', path);
  const stats = await statIfThere(path);
  return stats?.isDirectory() === true && isShared(stats) && isOwnGroup(stats.gid) ? stats.gid : undefined;
}

/** By its mode. */
export function isShared({ mode }: { readonly mode: number }): boolean {
  return (mode & 0o2020) === 0o2020;
}

function isOwnGroup(gid: number): boolean {
  const groups = [process.getegid?.(), ...(process.getgroups?.() ?? [])];
  return process.geteuid?.() === 0 || groups.includes(gid);
}
