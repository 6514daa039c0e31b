import { listDirectory, lstatIfThere, realPath, statIfThere } from '../host/files.ts';
import { changeMode } from '../host/permissions.ts';
import { CtinstallError } from '../lib/errors.ts';
import { type HostPath, hostPath, joinHost } from '../lib/paths.ts';
import { readRecord } from '../records/record.ts';
import { isUserSoftware } from '../records/user-software.ts';

/*
 * Installs that nobody can write to, their owner included, until a command of ctinstall does. User software stays as it
 * is, and so does the directory `.ctinstall`: the lock lies in it that is taken before anything else. That an install is
 * read-only is in its record, and whoever has the lock opens it, and closes it again before giving the lock back. Of all
 * directories the install dir itself is closed first and opened last, so that it tells whether any is closed, whenever the
 * work on it was killed.
 */

const writeBits = 0o222;
const ownersWriteBit = 0o200;

/** Lets the owner write in the directories of a read-only install; to be called with its lock held. */
export async function openInstall(installDir: HostPath): Promise<void> {
  const stats = await statIfThere(installDir);
  if (stats?.isDirectory() !== true || (stats.mode & ownersWriteBit) !== 0) return;
  const top = await realPath(installDir);
  for (const directory of [...(await directoriesOf(hostPath(top))), top])
    await changeMode(directory, (mode) => mode | ownersWriteBit);
}

/** Closes the directories of an install that is read-only by its record; to be called before its lock is given back. */
export async function closeInstall(installDir: HostPath): Promise<void> {
  try {
    const record = (await readRecord(installDir))?.record;
    if (record?.readOnly !== true) return;
    const top = hostPath(await realPath(installDir));
    const notes = ['record.json', 'install.log'].map((name) => joinHost(top, '.ctinstall', name));
    for (const path of [top, ...(await directoriesOf(top)), ...notes])
      if ((await lstatIfThere(path)) !== undefined) await changeMode(path, withoutWriting);
  } catch (error) {
    // That it can be written to is no reason to fail: the next one who works on it closes it.
    if (!(error instanceof CtinstallError)) throw error;
  }
}

/** Those below the install dir, but for user software and `.ctinstall`. */
async function directoriesOf(installDir: HostPath, below = ''): Promise<HostPath[]> {
  const found: HostPath[] = [];
  for (const entry of await listDirectory(joinHost(installDir, below))) {
    const path = below === '' ? entry.name : `${below}/${entry.name}`;
    if (!entry.isDirectory() || isUserSoftware(path) || path === '.ctinstall' || path.startsWith('.user-software.'))
      continue;
    found.push(joinHost(installDir, path), ...(await directoriesOf(installDir, path)));
  }
  return found;
}

export function withoutWriting(mode: number): number {
  return mode & ~writeBits;
}
