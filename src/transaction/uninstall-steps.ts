import { listDirectory, lstatIfThere, makeDirectory, removeEmptyDirectory, removeTree, rename } from '../host/files.ts';
import { asPrefix, type HostPath, hostPath, joinHost } from '../lib/paths.ts';
import { wrappersDirectory } from '../modulefile/container-environment.ts';
import { removeEmptyParents, removeOtherModulefiles } from '../records/other-modulefiles.ts';
import { removeBelow } from '../records/remove-below.ts';
import { hasUserSoftware, isUserSoftware } from '../records/user-software.ts';
import type { Journal } from './journal.ts';

/** Where user software that is being removed waits until there is no way back: on the file system that it is on. */
function asideOf(installDir: HostPath): HostPath {
  return joinHost(installDir, '.ctinstall', 'uninstalled');
}

/** Gives all user software, in whatever form, another name. */
export async function setUserSoftwareAside(installDir: HostPath): Promise<void> {
  const aside = asideOf(installDir);
  for (const { name } of await listDirectory(installDir)) {
    if (!isUserSoftware(name)) continue;
    await makeDirectory(aside);
    await rename(joinHost(installDir, name), joinHost(aside, name));
  }
}

/** Undoes {@link setUserSoftwareAside}. What has come in its place meanwhile stays; the old gets a name beside it. */
export async function putUserSoftwareBack(installDir: HostPath): Promise<void> {
  const aside = asideOf(installDir);
  for (const { name } of await listDirectory(aside)) {
    let to = joinHost(installDir, name);
    for (let count = 1; (await lstatIfThere(to)) !== undefined; count += 1)
      to = joinHost(installDir, `${name}.before-uninstall-${count}`);
    await rename(joinHost(aside, name), to);
  }
  await removeEmptyDirectory(aside);
}

/**
 * Removes what an uninstall is to remove once there is no way back: the modulefile first, so that nobody loads what is
 * going away, the record last, so that it is known as long as anything of it is there. Can be killed, and run again.
 */
export async function finishUninstall({ installDir: path, modulefile, leftovers }: Journal): Promise<void> {
  const installDir = hostPath(path);
  await removeTree(hostPath(modulefile));
  await removeOtherModulefiles(installDir, hostPath(modulefile));
  await removeEmptyParents(hostPath(modulefile), asPrefix(hostPath('../../..', installDir)));
  for (const file of leftovers.slice(0, -1)) await removeBelow(installDir, file);
  await removeTree(asideOf(installDir));
  await removeUntouchedDirectory(joinHost(installDir, 'user-software'));
  for (const directory of ['bin', 'runscripts', wrappersDirectory])
    await removeEmptyDirectory(joinHost(installDir, directory));
  for (const file of leftovers.slice(-1)) await removeBelow(installDir, file);
  // What is left there tells how the user software was packed.
  await removeTree(joinHost(installDir, '.ctinstall', ...((await hasUserSoftware(installDir)) ? ['retired'] : [])));
  await removeEmptyDirectory(installDir);
  await removeEmptyDirectory(hostPath('..', installDir));
}

/** An empty `user-software` holds nothing of the user's. */
async function removeUntouchedDirectory(directory: HostPath): Promise<void> {
  if ((await lstatIfThere(directory))?.isDirectory() === true) await removeEmptyDirectory(directory);
}
