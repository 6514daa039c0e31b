import type { Elf } from '../elf/types.ts';
import type { MpiName } from './families.ts';

/** The ways in which MPI of a container reaches the network. */
export const mpiWays = ['none', 'libfabric', 'mpi'] as const;
export type MpiWay = (typeof mpiWays)[number];
export const mpiChoices = [...mpiWays, 'auto'] as const;
export type MpiReplace = (typeof mpiChoices)[number];

/** Whose glibc programs of a container run with, where libraries of the host need a newer one than the image has. */
export const mpiGlibcs = ['image', 'overlay'] as const;
export type MpiGlibc = (typeof mpiGlibcs)[number];

/** What is asked for. */
export interface WantedMpi {
  readonly replace: MpiReplace;
  readonly never: readonly MpiWay[];
  readonly glibc: MpiGlibc;
  /** Who says so: `easyconfig`, `--mpi`. */
  readonly origin: string;
}

/** A library of the host. */
export interface HostLibrary {
  /** What it is asked for by. */
  readonly name: string;
  /** Where it is, links in its directories followed: `/usr/lib64/libfabric.so.1`. */
  readonly path: string;
  readonly elf: Elf;
}

/** A directory that a library loads others from while it runs, or reads, by its name beside itself, or by its own path. */
export interface PluginDirectory {
  readonly name: string;
  readonly path: string;
  readonly isBeside: boolean;
  /** Whose it is: the file name of the library. */
  readonly of: string;
}

/** A set of libraries of the host with all that they load. */
export interface HostSet {
  readonly main: HostLibrary;
  /** With `main`, without libc and its like. */
  readonly libraries: readonly HostLibrary[];
  readonly plugins: readonly PluginDirectory[];
  readonly missing: readonly { readonly name: string; readonly neededBy: string }[];
}

export interface HostMpi extends HostSet {
  readonly name: MpiName;
  /** `Cray MPICH`, `Open MPI 4.1.4`. */
  readonly product: string;
  /** How it was found. */
  readonly how: string;
}

export type FoundMpi =
  | { readonly state: 'found'; readonly mpi: HostMpi; readonly tried: readonly string[] }
  | { readonly state: 'missing'; readonly tried: readonly string[] }
  | { readonly state: 'ambiguous'; readonly candidates: readonly string[]; readonly tried: readonly string[] };

/** What of this machine MPI depends on. */
export interface HostFacts {
  readonly mpi: FoundMpi;
  readonly libfabric: HostSet | undefined;
  /** Its glibc, all files of it with the loader; empty where it has another libc. */
  readonly glibc: readonly HostLibrary[];
  /** Devices of a network: `cxi`, `InfiniBand mlx5_0`. */
  readonly devices: readonly string[];
  /** Whether `MPICH_GPU_SUPPORT_ENABLED` is set. */
  readonly wantsGpu: boolean;
  /** Whether each container has a user namespace of its own. */
  readonly hasUserNamespaces: boolean;
}

/** A library of an image. */
export interface ImageLibrary {
  readonly name: string;
  readonly path: string;
  /** Where that leads to, all links followed. */
  readonly file: string;
  readonly elf: Elf;
}

/** What an image has of MPI. */
export interface ImageMpi {
  readonly libraries: readonly ImageLibrary[];
  /** Its MPIs, the one that its programs get first. */
  readonly mpis: readonly (ImageLibrary & { readonly mpi: MpiName })[];
  /** Programs and modules of Python that need an MPI. */
  readonly users: readonly ImageLibrary[];
  /** Those that can measure or make what does: `/usr/bin/python3`, `/usr/bin/mpicc`. */
  readonly programs: readonly string[];
  /** That of its libc; undefined where it has none of GNU's. */
  readonly glibc: string | undefined;
  /** The files of that, with the loader. */
  readonly glibcFiles: readonly ImageLibrary[];
  /** Whether it has `/etc/ld.so.cache`: a loader that was built for other directories finds its libraries by that. */
  readonly hasLoaderCache: boolean;
  readonly machine: string | undefined;
}

/** An image that was looked into, or why not; with no reason it is any image, which nobody can look into. */
export type LookedAtMpi =
  | { readonly image: ImageMpi }
  | { readonly image: undefined; readonly why: string | undefined };

/** What is for whatever container is started. */
export const anyImage: LookedAtMpi = { image: undefined, why: undefined };

/** A way that will not do, and what to do about it. */
export interface RefusedWay {
  readonly way: MpiWay;
  readonly why: string;
  readonly hint: string | undefined;
}

/** A link in the directory that the container searches first. */
export interface MpiLink {
  readonly name: string;
  /** In the container. */
  readonly target: string;
}

/** A file of the host that an install depends on. */
export interface UsedLibrary {
  readonly path: string;
  readonly buildId: string | undefined;
}

/** What was decided for an install. */
export interface MpiDecision {
  readonly wanted: MpiReplace;
  /** Who asked for it: `easyconfig`, `--mpi`. */
  readonly origin: string;
  readonly way: MpiWay;
  readonly why: readonly string[];
  readonly refused: readonly RefusedWay[];
  readonly warnings: readonly string[];
  /** The MPI or libfabric of the host: its name, and the path of its library. */
  readonly host: { readonly product: string; readonly path: string } | undefined;
  readonly container: string | undefined;
  readonly binds: readonly { readonly host: string; readonly container: string; readonly isOptional: boolean }[];
  readonly links: readonly MpiLink[];
  /** Set inside, where the user has not set them. */
  readonly variables: Readonly<Record<string, string>>;
  readonly libraries: readonly UsedLibrary[];
}
