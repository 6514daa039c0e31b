import { normalizeEasyconfig } from '../easyconfig/normalize.ts';
import { parseEasyconfig } from '../easyconfig/parse.ts';
import { namePattern } from '../easyconfig/rules.ts';
import { listDirectory, lstatIfThere, readTextIfThere } from '../host/files.ts';
import { readLink } from '../host/links.ts';
import { CtinstallError } from '../lib/errors.ts';
import { type HostPath, installDirOf, joinHost, modulePathOf, type Prefix } from '../lib/paths.ts';
import { wrappersDirectory } from '../modulefile/container-environment.ts';
import { namesOfScripts } from '../scripts/names.ts';
import { findOtherModulefiles } from './other-modulefiles.ts';
import { readRecord } from './record.ts';

/** What is there of an install of which no record can be read. */
export interface Remains {
  readonly name: string;
  readonly fullVersion: string;
  readonly installDir: HostPath;
  /** What is wrong with its record. */
  readonly fault: string;
  readonly modulefiles: readonly HostPath[];
  /** Files below the install dir that ctinstall is known to have put there, relative to it. */
  readonly files: readonly string[];
}

/**
 * What a module name may mean that no record tells of: a modulefile without its install, or an install whose record is broken
 * or gone. User software alone is none.
 * @param moduleName `name/version` or `name`, with or without what a naming scheme puts in front
 */
export async function findRemains(moduleName: string, prefix: Prefix): Promise<Remains[]> {
  const parts = moduleName.split('/');
  const named = parts.length > 1 ? [parts.slice(-2)] : await versionsOf(moduleName, prefix);
  const found: Remains[] = [];
  for (const [name = '', fullVersion = ''] of named) {
    if (!namePattern.test(name) || !namePattern.test(fullVersion)) continue;
    const remains = await lookAt(prefix, name, fullVersion);
    if (remains !== undefined) found.push(remains);
  }
  return found;
}

async function lookAt(prefix: Prefix, name: string, fullVersion: string): Promise<Remains | undefined> {
  const installDir = installDirOf(prefix, name, fullVersion);
  const read = await readRecord(installDir);
  if (read?.record !== undefined) return undefined;
  const modulefiles: HostPath[] = [];
  for (const path of await findOtherModulefiles(installDir, installDir)) if (await isOurs(path)) modulefiles.push(path);
  const files: string[] = [];
  for (const path of await ownFilesOf(installDir)) {
    const stats = await lstatIfThere(joinHost(installDir, path));
    if (stats !== undefined && !stats.isDirectory()) files.push(path);
  }
  if (modulefiles.length === 0 && files.length === 0) return undefined;
  const isThere = (await lstatIfThere(installDir)) !== undefined;
  const fault = read?.fault ?? (isThere ? `\`${installDir}\` has no record` : `\`${installDir}\` is gone`);
  return { name, fullVersion, installDir, fault, modulefiles, files };
}

/** The names that ctinstall gives; the image's is in the easyconfig that was kept. */
async function ownFilesOf(installDir: HostPath): Promise<string[]> {
  const text = await readTextIfThere(joinHost(installDir, '.ctinstall', 'easyconfig.yaml')).catch(() => undefined);
  const { easyconfig } = text === undefined ? {} : parseEasyconfig(text);
  const scripts = (['bin', 'runscripts'] as const).flatMap((directory) =>
    namesOfScripts(directory).map((name) => `${directory}/${name}`),
  );
  const bin = joinHost(installDir, 'bin');
  const wrappers: string[] = [];
  for (const { name } of (await listDirectory(bin)).filter((entry) => entry.isSymbolicLink()))
    if ((await readLink(joinHost(bin, name))) === 'in-container') wrappers.push(`bin/${name}`);
  const onPath = joinHost(installDir, wrappersDirectory);
  for (const { name } of (await listDirectory(onPath)).filter((entry) => entry.isSymbolicLink()))
    if ((await readLink(joinHost(onPath, name))).startsWith('../bin/')) wrappers.push(`${wrappersDirectory}/${name}`);
  const image = easyconfig === undefined ? [] : [normalizeEasyconfig(easyconfig).image?.file ?? []].flat();
  return [
    ...image,
    ...wrappers,
    ...scripts,
    '.ctinstall/easyconfig.yaml',
    '.ctinstall/install.log',
    '.ctinstall/record.json',
  ];
}

/** Somebody may have put a modulefile of their own there. */
async function isOurs(path: HostPath): Promise<boolean> {
  const text = await readTextIfThere(path).catch((error: unknown) => {
    if (error instanceof CtinstallError) return undefined;
    throw error;
  });
  return text?.split('\n', 4).some((line) => / written by ctinstall /.test(line)) === true;
}

/** Versions of a name for which there is a modulefile or a directory. */
async function versionsOf(name: string, prefix: Prefix): Promise<string[][]> {
  if (!namePattern.test(name)) return [];
  const modules = modulePathOf(prefix);
  const areas = (await listDirectory(modules)).filter((entry) => entry.isDirectory()).map((entry) => `${entry.name}/`);
  const versions = new Set<string>();
  for (const directory of [
    joinHost(prefix, 'software', name),
    ...['', ...areas].map((area) => joinHost(modules, `${area}${name}`)),
  ])
    for (const entry of await listDirectory(directory)) versions.add(entry.name.replace(/\.lua$/, ''));
  return [...versions].sort().map((version) => [name, version]);
}
