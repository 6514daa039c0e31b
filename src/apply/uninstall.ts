import { lstatIfThere, removeEmptyDirectory, removeFile, removeTree } from '../host/files.ts';
import { type HostPath, hostPath, joinHost } from '../lib/paths.ts';
import type { InstallRecord } from './record.ts';
import { removeBelow } from './remove-below.ts';
import { hasUserSoftware } from './user-software.ts';
import type { InstallPlaces } from './with-install-lock.ts';

/**
 * Removes an install: the modulefile first, so that nobody loads what is going away, the record last, so that a run that
 * was killed can be finished. User software stays unless asked for; so do files that the record does not list.
 */
export async function uninstallFiles(
  { installDir, modulefile }: InstallPlaces,
  record: InstallRecord,
  { removesUserSoftware }: { removesUserSoftware: boolean },
): Promise<void> {
  await removeFile(modulefile);
  await removeEmptyDirectory(hostPath('..', modulefile));
  for (const { path } of record.files) await removeBelow(installDir, path);
  if (removesUserSoftware)
    for (const form of ['user-software', 'user-software.squashfs']) await removeTree(joinHost(installDir, form));
  else await removeUntouchedDirectory(joinHost(installDir, 'user-software'));
  for (const path of ['.ctinstall/easyconfig.yaml', '.ctinstall/install.log', '.ctinstall/record.json'])
    await removeBelow(installDir, path);
  for (const directory of ['bin', 'runscripts']) await removeEmptyDirectory(joinHost(installDir, directory));
  // What is left there tells how the user software was packed.
  if (!(await hasUserSoftware(installDir))) await removeTree(joinHost(installDir, '.ctinstall'));
  await removeEmptyDirectory(installDir);
  await removeEmptyDirectory(hostPath('..', installDir));
}

/** An empty `user-software` holds nothing of the user's. */
async function removeUntouchedDirectory(directory: HostPath): Promise<void> {
  if ((await lstatIfThere(directory))?.isDirectory() === true) await removeEmptyDirectory(directory);
}
