import { isDirectory, listDirectory, removeEmptyDirectory, removeTree } from '../host/files.ts';
import { type HostPath, joinHost } from '../lib/paths.ts';
import { type LockOptions, takeLock } from './lock.ts';
import { linkLock } from './lock-forms.ts';
import { closeInstall, openInstall } from './read-only.ts';

const lockName = 'user-software.lock';

/**
 * Does `work` under the lock with which the user software of an install is packed and unpacked, so that no `make-squashfs`
 * works on what is being replaced or removed; clears what a killed one left. Where there is no install dir yet there are no
 * such scripts.
 * @throws CtinstallError `locked`, naming the holder
 */
export async function withUserSoftwareLock<T>(
  installDir: HostPath,
  options: LockOptions,
  work: () => Promise<T>,
): Promise<T> {
  if (!(await isDirectory(installDir))) return work().finally(() => closeInstall(installDir));
  const state = joinHost(installDir, '.ctinstall');
  const unlock = await takeLock(joinHost(state, lockName), options, linkLock);
  try {
    await openInstall(installDir);
    await removeLeftovers(installDir, state);
    return await work();
  } finally {
    await closeInstall(installDir);
    await unlock();
    // It may have been made for the lock.
    await removeEmptyDirectory(state).catch(() => false);
  }
}

/** Names that only the scripts give: what they are about to make or to remove, and the locks of those who died breaking this one. */
async function removeLeftovers(installDir: HostPath, state: HostPath): Promise<void> {
  for (const { name } of await listDirectory(installDir))
    if (/^\.user-software\.(squashfs\..*\.part|.*\.unpack|removed-.*)$/.test(name))
      await removeTree(joinHost(installDir, name));
  for (const { name } of await listDirectory(state))
    if (name.startsWith(`${lockName}.`)) await removeTree(joinHost(state, name));
}
