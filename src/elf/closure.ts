import { type Loaded, type SearchPath, searchDirectories } from './search.ts';
import type { Elf } from './types.ts';

/** All that a program or library makes the loader load. */
export interface Closure {
  /** In the order in which it is loaded, itself first. */
  readonly libraries: readonly Loaded[];
  readonly missing: readonly MissingLibrary[];
}

export interface MissingLibrary {
  readonly name: string;
  /** The path of the library that needs it. */
  readonly neededBy: string;
}

/** Gives the ELF file at a path; undefined where there is none, or it is of no use. */
export type LookAtElf = (path: string) => Promise<Elf | undefined>;

/** More than any program loads: a chain of hostile files must come to an end. */
const most = 2000;

/**
 * Follows DT_NEEDED as `ld.so` does, breadth first, a name once. What is for another machine is passed over, as the loader does.
 * Libraries of `glibc-hwcaps`, which are built once more for newer processors, are not looked for.
 */
export async function findClosure(roots: readonly string[], search: SearchPath, lookAt: LookAtElf): Promise<Closure> {
  const libraries: Loaded[] = [];
  const missing: MissingLibrary[] = [];
  const known = new Set<string>();
  const add = (path: string, elf: Elf, loader?: Loaded): void => {
    known.add(path);
    if (elf.soname !== undefined) known.add(elf.soname);
    libraries.push({ path, elf, loader });
  };
  for (const path of roots) {
    const elf = known.has(path) ? undefined : await lookAt(path);
    if (elf !== undefined) add(path, elf);
  }
  for (let index = 0; index < libraries.length && index < most; index++) {
    const asking = libraries[index];
    if (asking === undefined) break;
    for (const name of asking.elf.needed) {
      if (known.has(name)) continue;
      known.add(name);
      const found = await find(name, asking, { search, lookAt });
      if (found === undefined) missing.push({ name, neededBy: asking.path });
      else if (!libraries.some(({ path }) => path === found.path)) add(found.path, found.elf, asking);
    }
  }
  return { libraries, missing };
}

async function find(
  name: string,
  asking: Loaded,
  { search, lookAt }: { search: SearchPath; lookAt: LookAtElf },
): Promise<{ path: string; elf: Elf } | undefined> {
  const paths = name.includes('/')
    ? [name]
    : searchDirectories(asking, search).map((directory) => `${directory.replace(/\/$/, '')}/${name}`);
  for (const path of paths) {
    const elf = await lookAt(path);
    if (elf?.machine === asking.elf.machine) return { path, elf };
  }
  return undefined;
}
