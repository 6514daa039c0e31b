import { lstatIfThere, removeFile } from '../host/files.ts';
import { asPrefix, type HostPath, hostPath, modulefilesOf } from '../lib/paths.ts';

/**
 * What other modulefiles the install of a modulefile has: for another modules tool, from before the setting was changed.
 * The modules tool might read that one, so none must stay once the new one is in place.
 */
export async function findOtherModulefiles(installDir: HostPath, modulefile: HostPath): Promise<HostPath[]> {
  const [name = '', fullVersion = ''] = installDir.split('/').slice(-2);
  const all = modulefilesOf(asPrefix(hostPath('../../..', installDir)), name, fullVersion);
  const there = await Promise.all(all.map(async (path) => (await lstatIfThere(path)) !== undefined));
  return all.filter((path, at) => path !== modulefile && there[at] === true);
}

/** Removes them; safe to be killed in, and to be run again. */
export async function removeOtherModulefiles(installDir: HostPath, modulefile: HostPath): Promise<void> {
  for (const path of await findOtherModulefiles(installDir, modulefile)) await removeFile(path);
}
