import { mpiOfName } from '../families.ts';
import { isOfLibc, isOfNetwork } from '../library-kinds.ts';
import type { Loaded } from './read-traces.ts';

/** What was seen of a rank and of all processes that it started. */
export interface RankTrace {
  readonly rank: string;
  readonly node: string;
  readonly loaded: readonly Loaded[];
  readonly opened: readonly string[];
}

export interface MergedTraces {
  /** How many ranks had an MPI, of how many. */
  readonly ranks: { readonly all: number; readonly withMpi: number; readonly nodes: readonly string[] };
  /** The MPI that was loaded. */
  readonly main: string | undefined;
  readonly libraries: readonly Loaded[];
  /** Files that MPI reads, and that are no libraries: of what is read the loader does not say for whom. */
  readonly files: readonly string[];
  readonly leftOut: readonly { readonly why: string; readonly files: readonly string[] }[];
}

/** What all ranks together opened for MPI; and what else, with the reason why it does not count. */
export function mergeTraces(traces: readonly RankTrace[]): MergedTraces {
  const withMpi = traces.filter((trace) => librariesOf(trace).some(isMpi));
  const libraries = new Map<string, Loaded>();
  const files = new Set<string>();
  const leftOut = new Map<string, Set<string>>();
  const leave = (path: string, why: string): void => {
    leftOut.set(why, (leftOut.get(why) ?? new Set()).add(path));
  };
  for (const trace of withMpi) {
    const all = librariesOf(trace);
    for (const library of all) {
      const why = whyNot(library, all);
      if (why === undefined) libraries.set(library.path, libraries.get(library.path) ?? library);
      else leave(library.path, why);
    }
    for (const path of trace.opened.filter((each) => !isLibrary(each))) {
      const why = whyNotRead(path);
      if (why === undefined) files.add(path);
      else leave(path, why);
    }
  }
  const kept = [...libraries.values()];
  return {
    ranks: {
      all: traces.length,
      withMpi: withMpi.length,
      nodes: [...new Set(traces.map(({ node }) => node))].toSorted(),
    },
    main: kept.find(isMpi)?.path,
    libraries: kept.toSorted((a, b) => a.path.localeCompare(b.path)),
    files: [...files].toSorted(),
    leftOut: [...leftOut].map(([why, paths]) => ({
      why,
      files: [...paths].filter((path) => !libraries.has(path)).toSorted(),
    })),
  };
}

/** With those that only strace saw: of a program that does without glibc's loader. */
function librariesOf({ loaded, opened }: RankTrace): Loaded[] {
  const known = new Set(loaded.map(({ path }) => path));
  const more = opened.filter((path) => isLibrary(path) && !known.has(path));
  return [...loaded, ...more.map((path) => ({ path, asker: undefined, isLate: false, isByPath: false }))];
}

const elsewhere = /^\/(proc|sys|dev|tmp|run|var\/tmp)\//;
const display =
  /^(lib(X\w+|xcb\w*|GL\w*|EGL\w*|OpenCL\w*|wayland\w*|drm\w*)|hwloc_(opencl|gl|cuda|nvml|rsmi|levelzero))\.so/;
const driver = /^lib(cuda|nvidia\w*|nvidia-\w+)\.so/;

function whyNot(library: Loaded, all: readonly Loaded[]): string | undefined {
  const name = nameOf(library.path);
  if (isOfLibc(name)) return "libc, which is the image's own";
  if (elsewhere.test(library.path)) return 'of the kernel, or temporary';
  const chain = askersOf(library, all);
  if (chain.some((each) => display.test(nameOf(each)))) return 'display and OpenCL, of which MPI needs nothing';
  if (driver.test(name)) return 'driver of GPUs, which the runtime brings';
  return chain.some((each) => isOfNetwork(nameOf(each))) ? undefined : 'asked for by the program itself, not by MPI';
}

const read =
  /\/(libibverbs(\.d)?|rdma|openmpi\d*|prte|prrte|pmix\d*|ucx|libfabric|mpich|cray|slurm|psm2?|opa|munge)(\/|$)|\/(openmpi|pmix|ucx|prte)[\w-]*\.(conf|txt)$/;

function whyNotRead(path: string): string | undefined {
  if (elsewhere.test(path)) return 'of the kernel, or temporary';
  return read.test(path) ? undefined : 'read by the program or the system, of no known part of MPI';
}

/** Itself, what asked for it, what asked for that. */
function askersOf({ path, asker }: Loaded, all: readonly Loaded[]): string[] {
  const chain = [path];
  let next = asker;
  while (next !== undefined && !chain.includes(next)) {
    chain.push(next);
    const current = next;
    next = all.find((each) => each.path === current)?.asker;
  }
  return chain;
}

function isMpi({ path }: Loaded): boolean {
  return mpiOfName(nameOf(path)) !== undefined;
}

function isLibrary(path: string): boolean {
  return /\.so(\.[\d.]+)?$/.test(path);
}

function nameOf(path: string): string {
  return path.slice(path.lastIndexOf('/') + 1);
}
