import { listDirectory, lstatIfThere, removeEmptyDirectory, removeFile } from '../host/files.ts';
import {
  asPrefix,
  type HostPath,
  hostPath,
  isModulefilePlace,
  joinHost,
  modulefileOf,
  modulePathOf,
  modulesTools,
  type Prefix,
} from '../lib/paths.ts';

/** Where a record says that the modulefile is, if that is a place for it: records can be edited. */
export function recordedModulefile(installDir: HostPath, recorded: string): HostPath | undefined {
  const { prefix, name, fullVersion } = partsOf(installDir);
  return isModulefilePlace(recorded, prefix, name, fullVersion) ? hostPath(recorded) : undefined;
}

/**
 * What other modulefiles the install of a modulefile has: for another modules tool or under another naming scheme, from
 * before the setting was changed. None must stay once the new one is in place: it would be loaded as it was then.
 */
export async function findOtherModulefiles(
  installDir: HostPath,
  modulefile: HostPath,
  areasOf: FindAreas = findAreas,
): Promise<HostPath[]> {
  const { prefix, name, fullVersion } = partsOf(installDir);
  const areas = ['', ...(await areasOf(prefix)).map((area) => `${area}/`)];
  const all = areas.flatMap((area) =>
    modulesTools.map((tool) => modulefileOf(prefix, `${area}${name}/${fullVersion}`, tool)),
  );
  const there = await Promise.all(all.map(async (path) => (await lstatIfThere(path)) !== undefined));
  return all.filter((path, at) => path !== modulefile && there[at] === true);
}

/** Where a module of this name has or had modulefiles, under any naming scheme: the directories that are there. */
export async function findModuleDirectories(
  prefix: Prefix,
  name: string,
  areasOf: FindAreas = findAreas,
): Promise<HostPath[]> {
  const areas = ['', ...(await areasOf(prefix)).map((area) => `${area}/`)];
  const all = areas.map((area) => joinHost(modulePathOf(prefix), `${area}${name}`));
  const there = await Promise.all(all.map(async (path) => (await lstatIfThere(path))?.isDirectory() === true));
  return all.filter((_, at) => there[at] === true);
}

/** Removes them; safe to be killed in, and to be run again. */
export async function removeOtherModulefiles(
  installDir: HostPath,
  modulefile: HostPath,
  areasOf?: FindAreas,
): Promise<void> {
  for (const path of await findOtherModulefiles(installDir, modulefile, areasOf)) {
    await removeFile(path);
    await removeEmptyParents(path, partsOf(installDir).prefix);
  }
}

/** Removes the directories of a modulefile that is gone, as far as they are empty, up to the module path. */
export async function removeEmptyParents(modulefile: HostPath, prefix: Prefix): Promise<void> {
  for (let at = hostPath('..', modulefile); at.startsWith(`${modulePathOf(prefix)}/`); at = hostPath('..', at))
    if (!(await removeEmptyDirectory(at))) return;
}

/** Directories of the module path that are no software's own: naming schemes put one in front of the name. */
export type FindAreas = (prefix: Prefix) => Promise<readonly string[]>;

/** For work on many installs: each lists all of a prefix, so that once for all of them is enough. */
export function findAreasOnce(): FindAreas {
  const found = new Map<Prefix, Promise<readonly string[]>>();
  return (prefix) => {
    const areas = found.get(prefix) ?? findAreas(prefix);
    found.set(prefix, areas);
    return areas;
  };
}

async function findAreas(prefix: Prefix): Promise<string[]> {
  const [modules, software] = await Promise.all([
    listDirectory(modulePathOf(prefix)),
    listDirectory(joinHost(prefix, 'software')),
  ]);
  const names = new Set(software.map(({ name }) => name));
  return modules.filter((entry) => entry.isDirectory() && !names.has(entry.name)).map(({ name }) => name);
}

function partsOf(installDir: HostPath): { prefix: Prefix; name: string; fullVersion: string } {
  const [name = '', fullVersion = ''] = installDir.split('/').slice(-2);
  return { prefix: asPrefix(hostPath('../../..', installDir)), name, fullVersion };
}
