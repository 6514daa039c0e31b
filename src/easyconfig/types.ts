import type { ContainerPath, HostPath } from '../lib/paths.ts';
import type { MpiGlibc, MpiReplace, MpiWay } from '../mpi/types.ts';
import type { buildWays, gpuChoices, imageModes, installers, moduleKinds } from './rules.ts';

/**
 * An easyconfig in its normal form: every default filled, one form for each field.
 * Strings may still hold templates (`%(installdir)s`), which {@link resolveInstall} replaces.
 */
export interface Easyconfig {
  /** Name of the software, and of its module: `mpi4py`. */
  readonly name: string;
  readonly version: string;
  readonly versionsuffix: string;
  readonly homepage: string | undefined;
  readonly whatis: readonly string[];
  readonly description: string;
  /** Further sections of the help; empty where there is none. */
  readonly usage: string;
  readonly examples: string;
  readonly citing: string;
  readonly docurls: readonly string[];
  readonly moduleclass: string;
  /** What is inside, for `module spider`: `numpy/1.26.4`, or a name alone. */
  readonly extensions: readonly string[];
  /** Modules that must be loaded too. */
  readonly dependsOn: readonly string[];
  /** Modules that are loaded for the commands of the install on the host only. */
  readonly buildDependencies: readonly string[];
  /** Modules that can't be loaded together with this one, beside its other versions. */
  readonly conflicts: readonly string[];
  readonly shell: ShellAdditions;
  /** Undefined where it follows from the rest. */
  readonly moduleKind: ModuleKind | undefined;
  /** What to use instead. */
  readonly deprecated: string | undefined;
  /** Whether listings leave the module out. */
  readonly isHidden: boolean;
  /** Undefined for a module that is of no image (`image: none`), but for whatever container is started beside it. */
  readonly image: EasyconfigImage | undefined;
  /** What the image is made of, where the install makes it. */
  readonly build: ImageBuild | undefined;
  readonly binds: readonly EasyconfigBind[];
  /** Run scripts: run inside the container, bound at `/runscripts`. */
  readonly runscripts: readonly string[];
  /** Wrappers: run on the host and enter the container. */
  readonly wrappers: readonly EasyconfigWrapper[];
  /** Files of the recipe's own in the install dir. */
  readonly files: readonly InstalledFile[];
  /** Which GPUs get the runtime's flag where a node has them; undefined leaves it to the settings. */
  readonly gpu: GpuChoice | undefined;
  /** Sets of variables that the site knows what to fill with: `rccl-slingshot`. */
  readonly envSets: readonly string[];
  /** How MPI of the container reaches the network, and ways that will not do; undefined leaves it to the settings. */
  readonly mpi:
    | { readonly replace: MpiReplace | undefined; readonly never: readonly MpiWay[]; readonly glibc: MpiGlibc }
    | undefined;
  readonly conda: CondaEnvironment | undefined;
  readonly venv: VirtualEnvironment | undefined;
  readonly condaPackages: CondaPackages | undefined;
  readonly userSoftware: UserSoftware;
  readonly env: {
    /** Set outside, by the modulefile. */
    readonly module: Readonly<Record<string, string>>;
    /** Set inside. */
    readonly container: Readonly<Record<string, string>>;
    /** What goes around that which path variables have: outside what the session has, inside what the image sets. */
    readonly modulePaths: PathChanges;
    readonly containerPaths: PathChanges;
  };
  readonly sanityCheckPaths: { readonly files: readonly string[]; readonly dirs: readonly string[] };
  /** Run once the files are in place, before the sanity check. */
  readonly postInstall: readonly EasyconfigCommand[];
  readonly sanityCheckCommands: readonly EasyconfigCommand[];
}

export interface EasyconfigImage {
  /** File name of the image, with no directory. */
  readonly file: string;
  /** Where it lies if it is in no image directory: a full path, or one from the easyconfig's directory. */
  readonly directory: string | undefined;
  /** Expected SHA-256, 64 lower-case hex digits. */
  readonly sha256: string | undefined;
  /** Where to get it when it is in no image directory: `docker://…`. */
  readonly source: string | undefined;
  readonly mode: ImageMode | undefined;
  /** Whether only a signed image will do. */
  readonly isSigned: boolean;
}

/**
 * How an image is made, as `ctinstall build` does: of a base with more files, of a base with packages of its distribution, or
 * of a definition file. Paths begin in the easyconfig's directory.
 */
export type ImageBuild =
  | {
      readonly kind: 'files';
      readonly base: BuildBase;
      /** Environment file or lock. */
      readonly conda: string | undefined;
      /** Requirements files and requirements. */
      readonly pip: readonly string[];
      /** Directory of wheels: then no index is asked. */
      readonly wheels: string | undefined;
      readonly files: readonly { readonly from: string; readonly to: string | undefined }[];
    }
  | {
      readonly kind: 'packages';
      readonly base: BuildBase;
      readonly packages: readonly string[];
      readonly way: BuildWay;
    }
  | {
      readonly kind: 'definition';
      readonly definition: string;
      /** Values of its templates. */
      readonly buildArgs: Readonly<Record<string, string>>;
      readonly way: BuildWay;
    };

export interface BuildBase {
  /** File name of a SIF, which an image directory may have, or its path. */
  readonly file: string;
  readonly sha256: string | undefined;
}

/** Undefined: whoever can here. */
export type BuildWay = (typeof buildWays)[number] | undefined;

/** `copy`: the install has its own; `link`: a symbolic link to the central one; `central`: the module names the central one. */
/**
 * `environment`: sets `SIF` and the binds, for a person who works in the container; one is loaded at a time. `tool`: puts
 * wrappers on `PATH`, which bring their own environment; any number are loaded together.
 */
export type ModuleKind = (typeof moduleKinds)[number];

export type ImageMode = (typeof imageModes)[number];

/** What a module does in the shell that loads it, beside variables. */
export interface ShellAdditions {
  /** Of one family one module is loaded at a time. */
  readonly family: string | undefined;
  readonly aliases: Readonly<Record<string, string>>;
  /** `csh`, which has no functions, gets an alias. */
  readonly functions: Readonly<Record<string, { readonly bash: string; readonly csh: string | undefined }>>;
  /** Said at each load. */
  readonly loadMessage: string | undefined;
}

/** By the name of the variable. */
export type PathChanges = Readonly<Record<string, PathChange>>;

/** Directories in front of and behind what a path variable has. */
export interface PathChange {
  readonly prepend: readonly string[];
  readonly append: readonly string[];
}

/** A shell command. It runs inside the container, or on the host where the recipe asks for it and the user allows it. */
export interface EasyconfigCommand {
  readonly command: string;
  readonly host: boolean;
}

/** `site` stands for a group of binds that the site's settings name; `path` is a bind of the recipe's own. */
export type EasyconfigBind =
  | { readonly kind: 'site'; readonly group: string }
  | {
      readonly kind: 'path';
      /** As written: may hold templates. */
      readonly host: string;
      readonly container: string;
      readonly access: BindAccess;
      /** Where the host path is an image file: the directory in it that is shown. */
      readonly imageSource?: string;
      readonly optional: boolean;
    };

export type BindAccess = 'ro' | 'rw';

/**
 * `command` is a program of the image, under its own name or another; `directory` stands for all executables of a directory
 * in the image.
 */
export type EasyconfigWrapper =
  | {
      readonly kind: 'command';
      readonly name: string;
      /** A name on the container's `PATH`, or a path in the container. */
      readonly command: string;
      /** Come before those of the caller; may hold templates. */
      readonly args: readonly string[];
      readonly binds: readonly EasyconfigBind[];
    }
  | {
      readonly kind: 'directory';
      readonly from: ContainerPath;
      /** Names that get no wrapper. */
      readonly except: readonly string[];
    };

/** A file that the recipe brings: nothing of it is run by an install. */
export interface InstalledFile {
  /** From the install dir; may hold templates. */
  readonly path: string;
  /** Permission bits. */
  readonly mode: number;
  /** Its text, which may hold templates, or the file beside the easyconfig that it is copied from as it is. */
  readonly content: { readonly kind: 'text'; readonly text: string } | { readonly kind: 'from'; readonly from: string };
}

/** `auto`: the runtime's flag for whatever GPUs the node has; `nv` or `nvidia`, `rocm`: for those of one maker only. */
export type GpuChoice = (typeof gpuChoices)[number];

export interface CondaEnvironment {
  readonly name: string;
  /** Where conda lies inside the image. */
  readonly root: ContainerPath;
}

/** What the user adds, or an installation that was there before, and how the container shows it. */
export interface UserSoftware {
  /** Where it is seen in the container. */
  readonly path: ContainerPath;
  /** Whether what an install makes of it is packed at its end. */
  readonly isPacked: boolean;
  /** A directory that a first install packs as it is, in place of an empty one. */
  readonly from: HostPath | undefined;
}

/** A conda environment of the install's own, made in user software from a list of packages. */
export interface CondaPackages {
  readonly name: string;
  /** `environment.yml`, or a list that begins with `@EXPLICIT`: a path, from the easyconfig's directory. */
  readonly file: string;
  /** The conda, mamba or micromamba that makes it; undefined: the image's, or else the host's. */
  readonly program: HostPath | undefined;
}

export interface VirtualEnvironment {
  readonly name: string;
  /** What is installed into it when it is made: lines of a requirements file, or the path of one as it is written. */
  readonly requirements:
    | { readonly kind: 'list'; readonly lines: readonly string[] }
    | { readonly kind: 'file'; readonly path: string }
    | undefined;
  readonly pipOptions: readonly string[];
  readonly installer: Installer;
}

/** `auto`: uv where the image or the host has it and it does as pip would, else pip. */
export type Installer = (typeof installers)[number];

/** A place in a text: lines and columns count from 1, `length` in characters is what the caret underlines. */
export interface Place {
  readonly line: number;
  readonly column: number;
  readonly length: number;
  /** The text that it is in, where that is not the file which is read. */
  readonly in?: PlaceSource;
}

/** What a value can come from that is not in the file: a flag, or a stack. */
export interface PlaceSource {
  /** `--set image.file`, or a path. */
  readonly name: string;
  readonly text: string;
  /** Lines and columns say nothing then. */
  readonly isFlag: boolean;
}

/** One fault of an easyconfig or settings file. */
export interface Issue {
  readonly message: string;
  readonly hint: string | undefined;
  readonly place: Place;
}
