import { joinHost } from '../../lib/paths.ts';
import { takeLock } from '../../transaction/lock.ts';
import { fileLock } from '../../transaction/lock-forms.ts';
import type { Context } from '../context.ts';
import type { RunDirectory } from './types.ts';

const runLock = { ...fileLock, message: 'another ctinstall is at work on the same workflow' };

/**
 * Does `work` while no other does such on a run: of two that resume it at once, both would start its jobs.
 * @throws CtinstallError `locked`, naming the holder
 */
export async function withRunLock<T>(
  { directory }: RunDirectory,
  { environment, forceUnlock }: Pick<Context, 'environment'> & { readonly forceUnlock?: boolean | undefined },
  work: () => Promise<T>,
): Promise<T> {
  const options = { environment, forceUnlock, waits: false, onWait: () => undefined };
  const unlock = await takeLock(joinHost(directory, 'lock'), options, runLock);
  try {
    return await work();
  } finally {
    await unlock();
  }
}
