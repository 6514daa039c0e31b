import { lstatIfThere, removeFile } from '../host/files.ts';
import { asPrefix, type HostPath, hostPath, modulefilesOf } from '../lib/paths.ts';

/** Where a record says that the modulefile is, if that is a place for it: records can be edited. */
export function recordedModulefile(installDir: HostPath, recorded: string): HostPath | undefined {
  return placesFor(installDir).find((path) => path === recorded);
}

/**
 * What other modulefiles the install of a modulefile has: for another modules tool, from before the setting was changed.
 * The modules tool might read that one, so none must stay once the new one is in place.
 */
export async function findOtherModulefiles(installDir: HostPath, modulefile: HostPath): Promise<HostPath[]> {
  const all = placesFor(installDir);
  const there = await Promise.all(all.map(async (path) => (await lstatIfThere(path)) !== undefined));
  return all.filter((path, at) => path !== modulefile && there[at] === true);
}

/** Removes them; safe to be killed in, and to be run again. */
export async function removeOtherModulefiles(installDir: HostPath, modulefile: HostPath): Promise<void> {
  for (const path of await findOtherModulefiles(installDir, modulefile)) await removeFile(path);
}

function placesFor(installDir: HostPath): HostPath[] {
  const [name = '', fullVersion = ''] = installDir.split('/').slice(-2);
  return modulefilesOf(asPrefix(hostPath('../../..', installDir)), name, fullVersion);
}
