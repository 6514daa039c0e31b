import type { GpuNeeds } from '../gpu/types.ts';
import type { ContainerPath, HostPath } from '../lib/paths.ts';
import type { Bind } from '../resolve/types.ts';

/** A modulefile as a value: what it says and does, whatever the language it is written in. */
export interface Modulefile {
  /** Comment lines at the top. */
  readonly header: readonly string[];
  /** Code of the site's, in the language of the modules tool: it goes in as it stands, after the comments and at the end. */
  readonly siteHeader?: string | undefined;
  readonly siteFooter?: string | undefined;
  readonly help: string;
  readonly whatis: readonly string[];
  /** `name/version` or `name` of what is inside, for `module spider`. */
  readonly extensions: readonly string[];
  /** Modules that are loaded first if they are not. */
  readonly dependsOn: readonly string[];
  /** What to use instead: said when the module is loaded. */
  readonly deprecated: string | undefined;
  /** Modules that can't be loaded together with this one. */
  readonly conflicts: readonly string[];
  /** Of a family one module is loaded at a time; beside that of `container`. */
  readonly family?: string | undefined;
  readonly aliases?: readonly ShellAlias[];
  readonly functions?: readonly ShellFunction[];
  /** Said at each load. */
  readonly loadMessage?: string | undefined;
  readonly moduleName: string;
  readonly installDir: HostPath;
  /** The image, if it is of one: the first of `candidates` that is there at load time goes into each of `variables`. */
  readonly image:
    | {
        readonly variables: readonly string[];
        readonly candidates: readonly HostPath[];
      }
    | undefined;
  /** Libraries of the host that must be there when it is loaded. */
  readonly hostLibraries: readonly string[];
  /** What the image needs of a node with GPUs, with where that says what it has. */
  readonly gpuNeeds: readonly (GpuNeeds & { readonly places: GpuPlaces })[];
  /** What goes in front of `PATH`. */
  readonly path: readonly HostPath[];
  /** Variables of the module; what the user had is back after unload. */
  readonly variables: readonly Variable[];
  /** What goes around that which these variables have; `PATH` among them has `path` in front of all. */
  readonly paths: readonly PathVariable[];
  /** What `singularity exec $SIF` needs, for a module of the kind `environment`: a tool's wrappers bring it themselves. */
  readonly container: ModuleContainer | undefined;
}

/** The devices of both makers, and the file that says the version of the driver. */
export interface GpuPlaces {
  readonly device: string;
  readonly otherDevice: string;
  readonly driver: string;
}

export interface ShellAlias {
  readonly name: string;
  readonly text: string;
}

export interface ShellFunction {
  readonly name: string;
  readonly bash: string;
  /** csh has no functions: it gets an alias. */
  readonly csh: string | undefined;
}

/** What a module does for the container that the user starts. */
export interface ModuleContainer {
  /**
   * Of a family one module is loaded at a time: all of this kind bind their own `/runscripts` and `/user-software`, and set
   * `SIF`, so that two at once would be neither.
   */
  readonly family: string;
  /** Variables inside the container, set through the runtime's prefixed names; values are literal. */
  readonly variables: readonly Variable[];
  /**
   * Decided at load time: `$CTINSTALL_VENV` is active if it is set, else the one of this name, if there is a name. Undefined
   * where there are none, as there is no user software.
   */
  readonly venv: ModuleVenv | undefined;
  /** Variables inside the container while the user software is packed; values are literal. */
  readonly packedVariables: readonly Variable[];
  /** Flags of the runtime, each where the node has the device: `NV` of `/dev/nvidiactl`. */
  readonly gpuFlags: readonly { readonly flag: 'NV' | 'NVCCLI' | 'ROCM'; readonly device: string }[];
  /** What goes in front of the container's `PATH`, if anything; `bin` of the virtual environment comes after the first. */
  readonly path: readonly ContainerPath[];
  /** What goes around that which the image sets, and for `PATH` behind it. */
  readonly paths: readonly PathInside[];
  /** Decided at load time: each optional one only where its host path is there. */
  readonly binds: readonly Bind[];
  /**
   * Decided at load time: the squashfs file if it is there, else the directory if it is there, else nothing. Undefined for a
   * module without an image.
   */
  readonly userSoftware: ModuleUserSoftware | undefined;
}

export interface ModuleVenv {
  readonly name: string | undefined;
  /** Where they are: looked into only where they are not packed. */
  readonly directory: HostPath;
  readonly container: ContainerPath;
}

export interface ModuleUserSoftware {
  readonly squashfs: HostPath;
  readonly directory: HostPath;
  readonly container: ContainerPath;
}

export interface Variable {
  readonly name: string;
  readonly value: string;
  /** Whether it counts only where the user has set none. Outside, `$USER` in its value is whoever loads the module. */
  readonly isDefault?: boolean;
  /** Variables outside, of which any that is set keeps it from being set inside, in the module. */
  readonly unless?: readonly string[];
}

/** Paths that go in front of, and behind, what a path variable has. */
export interface PathVariable {
  readonly name: string;
  readonly prepend: readonly string[];
  readonly append: readonly string[];
}

/** A path variable inside the container, as the runtime is given it: values are escaped. */
export interface PathInside {
  readonly name: string;
  /** What it is set to: the runtime evaluates it inside, and so puts in what the image sets. */
  readonly value: string;
  /** What comes in front of what the user has set for the container, and behind it: that replaces the image's. */
  readonly before: string;
  readonly behind: string;
}
