import { removeTree } from '../host/files.ts';
import { type HostPath, hostPath } from '../lib/paths.ts';
import { readJournal } from './journal.ts';
import type { LockOptions } from './lock.ts';
import { endNotedCommand } from './noted-command.ts';
import { undoPublish } from './publish.ts';
import { withUserSoftwareLock } from './user-software-lock.ts';

/**
 * Clears up after a run that was killed, for one who does no more than that; to be called with the lock of the install held.
 * @throws CtinstallError `locked` where its user software is being packed or unpacked
 */
export async function recoverInstall(staging: HostPath, retired: HostPath, locking: LockOptions): Promise<void> {
  const work = async (): Promise<void> => {
    await endNotedCommand(retired, () => undefined);
    await undoPublish(retired);
    await removeTree(staging);
  };
  const found = await readJournal(retired);
  if (found === undefined) return work();
  return withUserSoftwareLock(hostPath(found.journal.installDir), locking, work);
}
