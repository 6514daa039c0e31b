import { isDirectory, isFile, makeDirectory, mayAccess, removeTree, rename } from '../host/files.ts';
import { CtinstallError } from '../lib/errors.ts';
import { hostPath, joinHost } from '../lib/paths.ts';
import { recordedModulefile } from '../records/other-modulefiles.ts';
import type { InstallRecord } from '../records/record.ts';
import { commitPublish, isPlainPath, type Journal, retiredModulefile, writeJournal } from './journal.ts';
import { undoPublish } from './publish.ts';
import type { InstallPlaces } from './types.ts';
import { finishUninstall, setUserSoftwareAside } from './uninstall-steps.ts';

export interface UninstallOptions {
  readonly removesUserSoftware: boolean;
  readonly signal?: AbortSignal | undefined;
}

/** Of a record. */
export type Removable = Pick<InstallRecord, 'modulefile' | 'retired'> & {
  readonly files: readonly { readonly path: string }[];
};

/**
 * Removes an install; to be called with the lock held. User software stays unless asked for; so do files that the record
 * does not list. First the modulefile, and user software that goes, get other names, which takes no time: up to there a
 * failure, a signal, or the next run after one that was killed puts all back. From there on it is removed, by the next run
 * if this one is killed.
 */
export async function uninstallFiles(
  places: InstallPlaces,
  record: Removable,
  { removesUserSoftware, signal }: UninstallOptions,
): Promise<void> {
  const { installDir, retired } = places;
  const modulefile = recordedModulefile(installDir, record.modulefile) ?? places.modulefile;
  checkSignal(signal);
  const journal: Journal = {
    installDir,
    modulefile,
    hadModulefile: await isFile(modulefile),
    hadInstallDir: true,
    replaced: [],
    added: [],
    leftovers: filesToRemove(record),
    isUninstall: true,
  };
  await checkDirectories(journal);
  try {
    await makeDirectory(retired);
    await writeJournal(retired, journal);
  } catch (error) {
    await removeTree(retired);
    // On a full disk there is room for no note, and uninstalling is what may help.
    if (!(error instanceof CtinstallError) || error.code !== 'no-space') throw error;
    if (removesUserSoftware) await setUserSoftwareAside(installDir);
    return finishUninstall(journal);
  }
  try {
    if (journal.hadModulefile) await rename(modulefile, joinHost(retired, retiredModulefile));
    if (removesUserSoftware) await setUserSoftwareAside(installDir);
    checkSignal(signal);
    await commitPublish(retired);
  } catch (error) {
    await undoPublish(retired);
    throw error;
  }
  await finishUninstall(journal);
  await removeTree(retired);
}

/** What an uninstall removes in the install dir, relative to it, the record last. */
export function filesToRemove({ files, retired }: Removable): string[] {
  const listed = [...files.map(({ path }) => path), ...retired];
  return [
    ...listed.filter((path) => isPlainPath(path) && path !== recordPath),
    '.ctinstall/easyconfig.yaml',
    '.ctinstall/install.log',
    recordPath,
  ];
}

/** What cannot be removed is found out while there is a way back. */
async function checkDirectories({ installDir, leftovers }: Journal): Promise<void> {
  const directories = new Set(leftovers.map((path) => hostPath('..', joinHost(hostPath(installDir), path))));
  for (const directory of directories)
    if ((await isDirectory(directory)) && !(await mayAccess(directory, 'write')))
      throw new CtinstallError('prefix-not-writable', `cannot remove what is in \`${directory}\`: permission denied`, {
        hint: 'only who installed it, or a member of its project, may remove it',
      });
}

const recordPath = '.ctinstall/record.json';

function checkSignal(signal: AbortSignal | undefined): void {
  if (signal?.aborted) throw new CtinstallError('interrupted', 'interrupted');
}
