import type { Stats } from 'node:fs';
import { listDirectory, lstatIfThere } from '../host/files.ts';
import { changeGroup, changeMode } from '../host/permissions.ts';
import { type HostPath, joinHost } from '../lib/paths.ts';
import type { DirectoryBits } from '../resolve/types.ts';

/** Where package managers install: what else is in user software has the permissions that its user has chosen. */
const managed = ['venv', 'conda'] as const;

export interface ClosedSoftware {
  readonly path: HostPath;
  /** Number of the user that it belongs to, who alone can open it. */
  readonly uid: number;
}

/** Files and directories of installed packages that do not have the permissions of the prefix. */
export async function findClosedSoftware(
  installDir: HostPath,
  bits: DirectoryBits,
  signal?: AbortSignal,
): Promise<ClosedSoftware[]> {
  const closed: ClosedSoftware[] = [];
  const look = async (path: HostPath): Promise<void> => {
    signal?.throwIfAborted();
    const stats = await lstatIfThere(path);
    if (stats === undefined || stats.isSymbolicLink()) return;
    if (isClosed(stats, bits)) closed.push({ path, uid: stats.uid });
    if (stats.isDirectory())
      for (const { name } of await listDirectory(path).catch(() => [])) await look(joinHost(path, name));
  };
  for (const name of managed) await look(joinHost(installDir, 'user-software', name));
  return closed;
}

/** Opens what belongs to this user; gives how many that were. */
export async function openSoftware(installDir: HostPath, bits: DirectoryBits, signal?: AbortSignal): Promise<number> {
  const own = (await findClosedSoftware(installDir, bits, signal)).filter(({ uid }) => uid === process.geteuid?.());
  for (const { path } of own) {
    if (bits.group !== undefined) await changeGroup(path, bits.group);
    const isDirectory = (await lstatIfThere(path))?.isDirectory() === true;
    await changeMode(path, (mode) => wantedMode(mode, isDirectory, bits));
  }
  // What was in a closed directory could not be seen before.
  return own.length === 0 ? 0 : own.length + (await openSoftware(installDir, bits, signal));
}

function isClosed(stats: Stats, bits: DirectoryBits): boolean {
  const mode = stats.mode & 0o7777;
  return wantedMode(mode, stats.isDirectory(), bits) !== mode || (bits.group !== undefined && stats.gid !== bits.group);
}

/**
 * Of what the owner may do, what the prefix leaves to the others. Who may write to a directory can replace what is in it:
 * so package managers do, and give some files a mode without write bits of their own.
 */
function wantedMode(mode: number, isDirectory: boolean, { set }: DirectoryBits): number {
  const owners = (mode & 0o700) >> 6;
  const left = ((owners << 3) | owners) & set;
  return mode | (isDirectory ? (left & 0o077) | (set & 0o2000) : left & 0o055);
}
