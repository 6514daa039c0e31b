import type {
  BindAccess,
  CondaEnvironment,
  CondaPackages,
  EasyconfigCommand,
  GpuChoice,
  ImageBuild,
  ImageMode,
  InstalledFile,
  ModuleKind,
  PathChanges,
  ShellAdditions,
  UserSoftware,
  VirtualEnvironment,
} from '../easyconfig/types.ts';
import type { ImageGpu } from '../gpu/types.ts';
import type { ContainerPath, HostPath, InstallDir, ModulesTool, Prefix } from '../lib/paths.ts';
import type { MpiDecision, WantedMpi } from '../mpi/types.ts';
import type { Hooks } from '../settings/types.ts';
import type { ContainerEnv } from './container-env.ts';

/** A host path shown in the container (`SINGULARITY_BIND`). */
export interface Bind {
  readonly host: HostPath;
  readonly container: ContainerPath;
  readonly access: BindAccess;
  /** Where the host path is an image file: the directory in it that is shown. */
  readonly imageSource?: ContainerPath;
  /** Left out at load time where the host path is missing; a required one that is missing is an error. */
  readonly optional: boolean;
  /** `easyconfig`, or the site group that named it. */
  readonly origin: string;
}

/** Where the image of an install comes from: a file that is here, or a source to bring it from. */
export type ImageSource =
  | ImageFile
  | {
      readonly kind: 'source';
      readonly source: string;
      /** Where it is, if it was brought already. */
      readonly brought?: HostPath | undefined;
    }
  | {
      readonly kind: 'build';
      readonly build: ImageBuild;
      readonly inputs: BuildInputs;
      /** What it is built on: path of the base or of the definition file, or the address of a base that is brought. */
      readonly on: string;
    };

/** What an image is made of, by its names: a digest of each. */
export type BuildInputs = Readonly<Record<string, string>>;

export interface ImageFile {
  readonly kind: 'file';
  readonly path: HostPath;
  /** Bytes. */
  readonly size: number;
  /** Of the last change when it was looked at, in milliseconds since 1970. */
  readonly mtimeMs: number;
  /** How it was found: `--image`, or the directory it was found in. */
  readonly how: string;
  /** What it was made of, where it is the install's own and need not be built again. */
  readonly inputs?: BuildInputs;
}

/** A script file of ctinstall that the install gets a filled-in copy of. */
export interface ScriptChoice {
  readonly name: string;
  /** Where in the install dir it goes; what is in `.ctinstall` is no command, but read by those in `bin`. */
  readonly directory: 'bin' | 'runscripts' | '.ctinstall';
}

/** A program of the image that gets a wrapper. */
export interface CommandWrapper {
  readonly name: string;
  /** A name on the container's `PATH`, or a path in the container. */
  readonly command: string;
  readonly args: readonly string[];
  /** Beside those of the module. */
  readonly binds: readonly Bind[];
}

export interface ResolvedWrappers {
  readonly commands: readonly CommandWrapper[];
  /** Directories of the image: all executables in them get wrappers, which are known once the image is there. */
  readonly directories: readonly { readonly from: ContainerPath; readonly except: readonly string[] }[];
}

export interface ResolvedImage {
  readonly file: string;
  readonly directory: string | undefined;
  readonly sha256: string | undefined;
  readonly source: string | undefined;
  readonly mode: ImageMode;
  readonly isSigned: boolean;
}

/** Everything that an install is, on this machine, with every template replaced: the input of {@link planInstall}, beside the image found. */
export interface ResolvedInstall {
  readonly name: string;
  readonly version: string;
  readonly fullVersion: string;
  /** `mpi4py/3.1.6-rocm-6.2.0` */
  readonly moduleName: string;
  readonly homepage: string | undefined;
  readonly whatis: readonly string[];
  readonly description: string;
  readonly usage: string;
  readonly examples: string;
  readonly citing: string;
  readonly docurls: readonly string[];
  readonly moduleclass: string;
  readonly extensions: readonly string[];
  readonly dependsOn: readonly string[];
  readonly buildDependencies: readonly string[];
  readonly conflicts: readonly string[];
  readonly shell: ShellAdditions;
  readonly moduleKind: ModuleKind;
  readonly deprecated: string | undefined;
  readonly isHidden: boolean;
  readonly prefix: Prefix;
  readonly installDir: InstallDir;
  readonly modulefile: HostPath;
  /** What the modulefile is written for. */
  readonly modulesTool: ModulesTool;
  /** Undefined where the module is of no image: {@link Easyconfig}. */
  readonly image: ResolvedImage | undefined;
  /** What the image is made of, where the install makes it. */
  readonly build: ImageBuild | undefined;
  /** Where the module looks for the image when the install's own copy is gone, in this order. */
  readonly centralImages: readonly HostPath[];
  /** Parents before children, each container path once. */
  readonly binds: readonly Bind[];
  readonly scripts: readonly ScriptChoice[];
  readonly wrappers: ResolvedWrappers;
  readonly files: readonly InstalledFile[];
  readonly gpu: Exclude<GpuChoice, 'nvidia'>;
  /** Whether NVIDIA's own program sets up its GPUs: `--nvccli` in place of `--nv`. */
  readonly hasNvccli: boolean;
  /** What its image has for GPUs, once it is known. */
  readonly imageGpu?: ImageGpu | undefined;
  /** What is asked for, if anything is; and what was decided, once the image is known. */
  readonly mpi: { readonly wanted: WantedMpi; readonly decision: MpiDecision | undefined } | undefined;
  readonly conda: CondaEnvironment | undefined;
  readonly venv: VirtualEnvironment | undefined;
  readonly condaPackages: CondaPackages | undefined;
  readonly userSoftware: UserSoftware;
  readonly env: {
    readonly module: Readonly<Record<string, string>>;
    readonly container: Readonly<Record<string, string>>;
    readonly modulePaths: PathChanges;
    readonly containerPaths: PathChanges;
    /** Those of the module that count only where the user has set none. */
    readonly defaults: readonly string[];
    /** Where each variable of the module comes from. */
    readonly origins: Readonly<Record<string, VariableOrigin>>;
  };
  readonly containerEnv: ContainerEnv;
  readonly sanityCheckPaths: { readonly files: readonly string[]; readonly dirs: readonly string[] };
  readonly postInstall: readonly EasyconfigCommand[];
  readonly sanityCheckCommands: readonly EasyconfigCommand[];
  readonly runtime: string;
  readonly squashfsProcessors: number;
  readonly squashfsExcludes: readonly string[];
  readonly policy: SitePolicy;
}

export interface VariableOrigin {
  /** `easyconfig`, `module_env`, `env_sets: <name>`, or the settings file that forces it. */
  readonly origin: string;
  /** What the easyconfig says in vain, as the site forces another value. */
  readonly overruled?: string;
}

/** Permissions of directories: bits that they get, bits that they lose, and the group that they are given to. */
export interface DirectoryBits {
  readonly set: number;
  readonly clear: number;
  readonly group: number | undefined;
}

/** What the settings ask of every install, whatever the easyconfig says. */
export interface SitePolicy {
  readonly hooks: Hooks;
  /** Code of the site's at the top and at the end of every modulefile, in the language of the modules tool. */
  readonly modulefileHeader: string | undefined;
  readonly modulefileFooter: string | undefined;
  /** Name or number of the group that installs belong to. */
  readonly group: string | undefined;
  /** What directories that are there already are brought to; undefined where they stay as they are. */
  readonly directories: DirectoryBits | undefined;
  /** What `umask` of a shell is given before packages go into user software; undefined where the user's own holds. */
  readonly softwareUmask: string | undefined;
  /** Whether installs lose their write bits once they are made. */
  readonly isReadOnly: boolean;
}

/** A fault found while resolving: `path` leads to the key of the easyconfig that it is about. */
export interface ResolveIssue {
  readonly path: readonly PropertyKey[];
  readonly message: string;
  readonly hint: string | undefined;
}
