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
  readonly moduleName: string;
  readonly installDir: HostPath;
  /** The image: the first of `candidates` that is there at load time goes into each of `variables`. */
  readonly image: {
    readonly variables: readonly string[];
    readonly candidates: readonly HostPath[];
  };
  /** What goes in front of `PATH`. */
  readonly path: readonly HostPath[];
  /** Variables of the module; what the user had is back after unload. */
  readonly variables: readonly Variable[];
  /** What goes around that which these variables have; `PATH` among them has `path` in front of all. */
  readonly paths: readonly PathVariable[];
  /** What `singularity exec $SIF` needs, for a module of the kind `environment`: a tool's wrappers bring it themselves. */
  readonly container: ModuleContainer | undefined;
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
  /** Decided at load time: `$CTINSTALL_VENV` is active if it is set, else the one of this name, if there is a name. */
  readonly venv: {
    readonly name: string | undefined;
    /** Where they are: looked into only where they are not packed. */
    readonly directory: HostPath;
    readonly container: ContainerPath;
  };
  /** Variables inside the container while the user software is packed; values are literal. */
  readonly packedVariables: readonly Variable[];
  /** What goes in front of the container's `PATH`; `bin` of the virtual environment comes after the first. */
  readonly path: readonly ContainerPath[];
  /** What goes around that which the image sets, and for `PATH` behind it. */
  readonly paths: readonly PathInside[];
  /** Decided at load time: each optional one only where its host path is there. */
  readonly binds: readonly Bind[];
  /** Decided at load time: the squashfs file if it is there, else the directory if it is there, else nothing. */
  readonly userSoftware: {
    readonly squashfs: HostPath;
    readonly directory: HostPath;
    readonly container: ContainerPath;
  };
}

export interface Variable {
  readonly name: string;
  readonly value: string;
  /** Whether it counts only where the user has set none: every module has it, with the same value. */
  readonly isDefault?: boolean;
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
