import { commonNames, mpiOfName } from './families.ts';
import type { Fit } from './fit.ts';
import type { HostLibrary, ImageMpi, MpiDecision, MpiLink } from './types.ts';

/**
 * Where libraries of the host are seen in a container. `lib` holds a link for each that goes in, and is searched first; they
 * lead into `root`, where the host's own directories are seen, and which is not searched. So the host's whole library directory
 * can be one bind, nothing of it comes before a library of the image but what is linked, and a library that the system replaces
 * under the same name is the new one.
 */
export const linksInside = '/host-mpi/lib';
const rootInside = '/host-mpi/root';

export type GoesIn = Pick<MpiDecision, 'binds' | 'links' | 'libraries' | 'warnings'>;

export function describeWhatGoesIn(
  { set, libraries, glibc }: Fit & { kind: 'fit' },
  image: ImageMpi | undefined,
  { linksDirectory, bound }: { linksDirectory: string; bound: readonly string[] },
): GoesIn {
  const isSeen = (path: string): boolean => bound.some((place) => path === place || path.startsWith(`${place}/`));
  const inside = (path: string): string => (isSeen(path) ? path : rootInside + path);
  const beside = set.plugins.filter(({ isBeside }) => isBeside);
  const elsewhere = set.plugins.filter(({ isBeside, path }) => !isBeside && !isSeen(path));
  const directories = [
    ...libraries.map(({ path }) => directoryOf(path)),
    ...beside.map(({ path }) => directoryOf(path)),
  ];
  const roots = withoutNested(directories.filter((directory) => !isSeen(directory)));
  const over = coveredByRpath(set.main, image);
  return {
    links: [
      ...linksOf(libraries, set.main, inside),
      ...beside.map(({ name, path }) => ({ name, target: inside(path) })),
    ],
    binds: [
      { host: linksDirectory, container: linksInside, isOptional: false },
      ...roots.map((host) => ({ host, container: rootInside + host, isOptional: true })),
      ...elsewhere.map(({ path }) => ({ host: path, container: path, isOptional: true })),
      ...over.map((container) => ({ host: set.main.path, container, isOptional: true })),
      // With one of them missing nothing would start.
      ...glibc.map(({ library, file }) => ({ host: library.path, container: file, isOptional: false })),
    ],
    libraries: [...libraries, ...glibc.map(({ library }) => library)].map(({ path, elf }) => ({
      path,
      buildId: elf.buildId,
    })),
    warnings: over.map(
      (path) =>
        `programs of the image have its MPI by RPATH, which counts before LD_LIBRARY_PATH: the host's is bound over \`${path}\``,
    ),
  };
}

/** One for each library, and those by which programs ask for its MPI. */
function linksOf(libraries: readonly HostLibrary[], main: HostLibrary, inside: (path: string) => string): MpiLink[] {
  const mpi = mpiOfName(main.name);
  const aliases = mpi === undefined ? [] : commonNames[mpi.family];
  const names = [main.name, ...aliases].map((name) => ({ name, target: inside(main.path) }));
  const others = libraries.map(({ name, path }) => ({ name, target: inside(path) }));
  return [...new Map([...others, ...names].map((link) => [link.name, link])).values()];
}

/** Where the image has the MPI that programs with an RPATH find, as files: what is bound there reaches them. */
function coveredByRpath(main: HostLibrary, image: ImageMpi | undefined): string[] {
  const users = image?.users.filter(({ elf }) => elf.rpath.length > 0 && elf.runpath.length === 0) ?? [];
  const mpis = image?.mpis.filter((each) => mpiOfName(main.name)?.family === each.mpi.family) ?? [];
  const paths = mpis.filter(({ name, path }) =>
    users.some(({ elf, path: user }) => {
      const rpath = elf.rpath.map((each) => normalize(each.replace(/\$(ORIGIN|\{ORIGIN\})/g, () => directoryOf(user))));
      return elf.needed.includes(name) && rpath.includes(directoryOf(path));
    }),
  );
  return [...new Set(paths.map(({ file }) => file))];
}

function normalize(path: string): string {
  const parts: string[] = [];
  for (const part of path.split('/')) {
    if (part === '..') parts.pop();
    else if (part !== '.' && part !== '') parts.push(part);
  }
  return `/${parts.join('/')}`;
}

function directoryOf(path: string): string {
  return path.replace(/\/[^/]*$/, '');
}

function withoutNested(directories: readonly string[]): string[] {
  const unique = [...new Set(directories)].toSorted();
  return unique.filter((path) => !unique.some((other) => other !== path && path.startsWith(`${other}/`)));
}
