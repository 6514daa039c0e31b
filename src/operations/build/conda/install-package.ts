import { findLinkFault, findNameFault } from '../../../conda/archive-names.ts';
import { placeOfNoarch, renderEntryPoint } from '../../../conda/noarch-python.ts';
import { type PackageInfo, type PackagePath, parsePackageInfo } from '../../../conda/package-info.ts';
import { replacePrefix } from '../../../conda/prefix.ts';
import { lstatIfThere, readTextIfThere } from '../../../host/files.ts';
import { readBytes } from '../../../host/many-files.ts';
import { moveTreeFile, writeTreeFile } from '../../../host/unpacked-tree.ts';
import { formatLine } from '../../../lib/format.ts';
import { type HostPath, joinHost } from '../../../lib/paths.ts';
import type { FetchedPackage } from './download.ts';
import { packageFault, type Unpacked } from './unpack.ts';

/** Seconds since 1970 of what no package has a time for: 1980, before which a zip (a wheel) knows no time. */
export const evenTime = 315_532_800;

/** An environment that is being filled. */
export interface Filling {
  readonly directory: HostPath;
  readonly prefix: string;
  /** `3.12`, where Python is among the packages. */
  readonly python: string | undefined;
  /** The package that each path is of. */
  readonly owners: Map<string, string>;
  /** Paths that a second package brings too, which are left as they are. */
  readonly clobbered: string[];
  /** Symbolic links by path: made when all files are there. */
  readonly links: Map<string, { readonly target: string; readonly mtime: number }>;
}

/** A package of which the files are in the environment. */
export interface InstalledPackage {
  readonly fetched: FetchedPackage;
  readonly info: PackageInfo;
  /** Paths in the environment. */
  readonly files: readonly string[];
}

/** Puts the files of an unpacked package into an environment. @throws CtinstallError `package-invalid` */
export async function installPackage(
  fetched: FetchedPackage,
  from: { readonly directory: HostPath; readonly unpacked: Unpacked },
  filling: Filling,
): Promise<InstalledPackage> {
  const fault = (what: string) => packageFault(fetched, what);
  const info = await readInfo(from.directory).catch((error: unknown) => {
    throw error instanceof RangeError ? fault(error.message) : error;
  });
  if (info.noarch === 'python' && filling.python === undefined)
    throw fault('it is a package for Python, and there is no Python among the packages');
  const files: string[] = [];
  for (const each of info.paths) {
    const place = info.noarch === 'python' ? placeOfNoarch(each.path, filling.python ?? '') : each.path;
    const bad = findNameFault(place);
    if (bad !== undefined) throw fault(`its list has a file \`${formatLine(place)}\`, whose name ${bad}`);
    if (each.type === 'directory') continue;
    files.push(place);
    if (isTaken(place, fetched, filling)) continue;
    const target = from.unpacked.links.get(each.path);
    const mtime = from.unpacked.times.get(each.path) ?? evenTime;
    if (target === undefined) await placeFile(each, { fetched, from: from.directory, place, mtime }, filling);
    else {
      const leads = findLinkFault(place, target, filling.prefix);
      if (leads !== undefined) throw fault(`its link \`${formatLine(place)}\` ${leads}`);
      filling.links.set(place, { target, mtime });
    }
  }
  for (const entry of info.entryPoints) {
    const place = `bin/${entry.command}`;
    files.push(place);
    if (isTaken(place, fetched, filling)) continue;
    const script = renderEntryPoint(entry, `${filling.prefix}/bin/python${filling.python ?? ''}`);
    await writeTreeFile(joinHost(filling.directory, place), once(Buffer.from(script)), {
      mtime: evenTime,
      isProgram: true,
    });
  }
  return { fetched, info, files };
}

async function readInfo(directory: HostPath): Promise<PackageInfo> {
  const texts = new Map<string, string>();
  for (const name of ['index.json', 'paths.json', 'link.json', 'files', 'has_prefix']) {
    const text = await readTextIfThere(joinHost(directory, 'info', name));
    if (text !== undefined) texts.set(name, text);
  }
  return parsePackageInfo((name) => texts.get(name));
}

function isTaken(place: string, { name }: FetchedPackage, { owners, clobbered }: Filling): boolean {
  const owner = owners.get(place);
  if (owner === undefined) owners.set(place, name);
  else clobbered.push(`${place} (${owner}, ${name})`);
  return owner !== undefined;
}

interface Placed {
  readonly fetched: FetchedPackage;
  readonly from: HostPath;
  readonly place: string;
  readonly mtime: number;
}

async function placeFile(
  { path, placeholder }: PackagePath,
  { fetched, from, place, mtime }: Placed,
  { directory, prefix }: Filling,
): Promise<void> {
  const [source, target] = [joinHost(from, path), joinHost(directory, place)];
  const stats = await lstatIfThere(source);
  if (stats?.isFile() !== true)
    throw packageFault(fetched, `its list has a file \`${formatLine(path)}\`, which it does not hold`);
  if (placeholder === undefined) return moveTreeFile(source, target);
  const content = await readBytes(source, 2 ** 31 - 1);
  let replaced: Buffer;
  try {
    replaced = replacePrefix(content, placeholder, prefix);
  } catch (error) {
    if (error instanceof RangeError) throw packageFault(fetched, `in \`${formatLine(path)}\`, ${error.message}`);
    throw error;
  }
  await writeTreeFile(target, once(replaced), { mtime, isProgram: (stats.mode & 0o111) !== 0 });
}

export async function* once(content: Buffer): AsyncGenerator<Buffer> {
  yield content;
}
