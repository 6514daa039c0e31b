import type { Elf } from './types.ts';

/** A library that was loaded, and what asked for it. */
export interface Loaded {
  readonly path: string;
  readonly elf: Elf;
  readonly loader: Loaded | undefined;
}

/** Where the loader of a machine or an image looks, beside what a library says. */
export interface SearchPath {
  /** Of `LD_LIBRARY_PATH`. */
  readonly variable: readonly string[];
  /** Of ld.so.conf, and the loader's own at its end. */
  readonly system: readonly string[];
}

/**
 * The directories in which `ld.so` looks for a library that another one needs, in its order (ld.so(8)): DT_RPATH of what asks
 * and of all that asked for that, unless what asks has a DT_RUNPATH; LD_LIBRARY_PATH; DT_RUNPATH of what asks; the system's.
 */
export function searchDirectories(asking: Loaded, { variable, system }: SearchPath): string[] {
  const rpaths: string[] = [];
  if (asking.elf.runpath.length === 0)
    for (let each: Loaded | undefined = asking; each !== undefined; each = each.loader)
      if (each.elf.runpath.length === 0) rpaths.push(...expand(each.elf.rpath, each));
  return [...new Set([...rpaths, ...variable, ...expand(asking.elf.runpath, asking), ...system])];
}

/** `$ORIGIN` is the directory of the file that says it, by the name it was opened under; `$LIB` depends on the system. */
function expand(paths: readonly string[], { path, elf }: Loaded): string[] {
  const origin = path.replace(/\/[^/]*$/, '') || '/';
  return paths.flatMap((each) => {
    const known = each
      .replace(/\$(ORIGIN|\{ORIGIN\})/g, () => origin)
      .replace(/\$(PLATFORM|\{PLATFORM\})/g, () => elf.machine);
    const libs = /\$(LIB\b|\{LIB\})/.test(known) ? ['lib64', `lib/${elf.machine}-linux-gnu`, 'lib'] : [''];
    return libs.map((lib) => known.replace(/\$(LIB\b|\{LIB\})/g, () => lib)).filter((path) => path.startsWith('/'));
  });
}

/** Where a loader looks when nothing says more: those of 64 bits first. Debian names its own in ld.so.conf too. */
export const ownDirectories: readonly string[] = ['/lib64', '/usr/lib64', '/lib', '/usr/lib'];

/** The directories and the patterns of further files that a file of the form of ld.so.conf names. */
export function parseLdSoConf(text: string): { directories: string[]; includes: string[] } {
  const lines = text.split('\n').map((line) => line.replace(/#.*/, '').trim());
  const includes = lines.flatMap((line) => /^include\s+(.*)/.exec(line)?.[1]?.split(/\s+/) ?? []);
  const directories = lines
    .filter((line) => line.startsWith('/'))
    .flatMap((line) => line.split(/[\s:,]+/))
    .map((path) => path.replace(/=\w+$/, ''));
  return { directories, includes };
}
