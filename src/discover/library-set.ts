import { findClosure, type LookAtElf } from '../elf/closure.ts';
import type { SearchPath } from '../elf/search.ts';
import { listDirectory, realPath, statIfThere } from '../host/files.ts';
import { isOfLibc } from '../mpi/library-kinds.ts';
import type { TracedLibrary } from '../mpi/saved-mpi.ts';
import type { HostLibrary, HostSet, PluginDirectory } from '../mpi/types.ts';

/*
 * A library of the host with all that it makes the loader load, and what it loads by itself while it runs: no file says that
 * such is loaded, so the rules of known families stand here.
 */

interface Rule {
  /** The library that loads. */
  readonly of: RegExp;
  /** Names of directories beside it. */
  readonly directory: RegExp;
  /** Whether the library looks beside itself, by the name under which it was loaded; else at the path it was built for. */
  readonly isBeside: boolean;
}

const rules: readonly Rule[] = [
  { of: /^libucs\.so/, directory: /^ucx$/, isBeside: true },
  // `prov` in Intel's.
  { of: /^libfabric\.so/, directory: /^(libfabric|prov)$/, isBeside: false },
  { of: /^libibverbs\.so/, directory: /^libibverbs$/, isBeside: false },
  { of: /^libmpi\.so\.40|^libopen-pal\.so/, directory: /^openmpi\d*$/, isBeside: false },
  { of: /^libpmix\.so/, directory: /^pmix$/, isBeside: false },
];

/** What libraries read of the system's settings: without its own the first loads no driver. */
const settings: readonly { readonly of: RegExp; readonly path: string }[] = [
  { of: /^libibverbs\.so/, path: '/etc/libibverbs.d' },
  { of: /^libucs\.so/, path: '/etc/ucx' },
];

export interface LibraryPlaces {
  readonly search: SearchPath;
  readonly lookAt: LookAtElf;
}

/** What a set has beside what its files say. */
export interface MoreOfSet {
  /** Libraries that a flag of the linker adds. */
  readonly linked?: readonly string[];
  /** Those that a traced run loaded. */
  readonly traced?: readonly TracedLibrary[];
}

/** Undefined where there is no such library for this machine. */
export async function gatherSet(
  path: string,
  places: LibraryPlaces,
  { linked: more = [], traced = [] }: MoreOfSet = {},
): Promise<HostSet | undefined> {
  const elf = await places.lookAt(path);
  if (elf === undefined) return undefined;
  const linked = await findClosure([path, ...more], places.search, places.lookAt);
  const ruled = await findPlugins(linked.libraries.map((each) => each.path));
  const isInside = ({ path: file }: TracedLibrary): boolean => ruled.some((each) => file.startsWith(`${each.path}/`));
  const late = traced.filter((each) => each.isLate && !isInside(each));
  const plugins = [
    ...ruled,
    ...(await tracedPlugins(late, places)),
    ...(await findSettings(linked.libraries.map((each) => each.path))),
  ];
  const files = [
    ...(await Promise.all(ruled.map((each) => listLibraries(each.path)))).flat(),
    ...late.filter(({ isByPath }) => isByPath).map((each) => each.path),
  ];
  const byName = late.filter(({ isByPath }) => !isByPath).map((each) => each.path);
  // What single plug-ins lack is for hardware that is not here: they are passed over when they are loaded, too.
  const all = await findClosure([path, ...more, ...byName, ...files], places.search, places.lookAt);
  const libraries = await Promise.all(
    all.libraries
      .filter((each) => !files.includes(each.path) && !isOfLibc(nameOf(each.path)))
      .map(
        async (each): Promise<HostLibrary> => ({
          name: each.elf.soname ?? nameOf(each.path),
          path: await settled(each.path),
          elf: each.elf,
        }),
      ),
  );
  const [main] = libraries;
  if (main === undefined) return undefined;
  return { main, libraries, plugins, missing: linked.missing };
}

async function findPlugins(paths: readonly string[]): Promise<PluginDirectory[]> {
  const found: PluginDirectory[] = [];
  for (const path of paths)
    for (const { directory, isBeside } of rules.filter(({ of }) => of.test(nameOf(path)))) {
      const real = await realPath(path).catch(() => path);
      const beside = real.replace(/\/[^/]*$/, '');
      for (const entry of await listDirectory(beside).catch(() => []))
        if (
          entry.isDirectory() &&
          directory.test(entry.name) &&
          !found.some((each) => each.path === `${beside}/${entry.name}`)
        )
          found.push({ name: entry.name, path: `${beside}/${entry.name}`, isBeside, of: nameOf(path) });
    }
  return found;
}

async function findSettings(paths: readonly string[]): Promise<PluginDirectory[]> {
  const found = await Promise.all(
    settings.map(async ({ of, path }) => {
      const user = paths.map(nameOf).find((name) => of.test(name));
      const isThere = user !== undefined && (await statIfThere(path).catch(() => undefined)) !== undefined;
      return isThere ? [{ name: nameOf(path), path, isBeside: false, of: user }] : [];
    }),
  );
  return found.flat();
}

/** What was asked for by its path must be there: its directory, or where that holds libraries of all kinds, the file itself. */
async function tracedPlugins(late: readonly TracedLibrary[], { search }: LibraryPlaces): Promise<PluginDirectory[]> {
  const system = await Promise.all(search.system.map((each) => realPath(each).catch(() => each)));
  const paths = await Promise.all(
    late
      .filter(({ isByPath }) => isByPath)
      .map(async ({ path }) => {
        const directory = path.replace(/\/[^/]*$/, '');
        return system.includes(await realPath(directory).catch(() => directory)) ? path : directory;
      }),
  );
  return [...new Set(paths)].map((path) => ({ name: nameOf(path), path, isBeside: false, of: 'a traced run' }));
}

/** More than any has: a directory of another's is not read for ever. */
const mostPlugins = 500;

/** Debian has Open MPI's two levels down. */
async function listLibraries(directory: string, depth = 0): Promise<string[]> {
  const entries = await listDirectory(directory).catch(() => []);
  const here = entries.filter(({ name }) => /\.so(\.\d+)*$/.test(name)).map(({ name }) => `${directory}/${name}`);
  const inner = depth < 2 ? entries.filter((entry) => entry.isDirectory()) : [];
  const deeper = await Promise.all(inner.map(({ name }) => listLibraries(`${directory}/${name}`, depth + 1)));
  return [...here, ...deeper.flat()].slice(0, mostPlugins);
}

/** With links in its directories followed; and itself, where it is one that leads out of its directory. */
async function settled(path: string): Promise<string> {
  const [directory, real] = await Promise.all([realPath(path.replace(/\/[^/]*$/, '')), realPath(path)]);
  return real.startsWith(`${directory}/`) ? `${directory}/${nameOf(path)}` : real;
}

export function nameOf(path: string): string {
  return path.slice(path.lastIndexOf('/') + 1);
}
