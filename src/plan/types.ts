import type { HostPath, InstallDir, Prefix, StagingDir } from '../lib/paths.ts';
import type { Bind } from '../resolve/types.ts';

/** What will be done, as data: `--dry-run` prints it, `applyPlan` does it. Survives a round trip through JSON. */
export interface Plan {
  readonly moduleName: string;
  readonly prefix: Prefix;
  readonly lock: HostPath;
  readonly staging: StagingDir;
  readonly retired: HostPath;
  readonly installDir: InstallDir;
  readonly modulefile: HostPath;
  readonly steps: readonly Step[];
}

export type Step =
  | CopyImageStep
  | WriteFileStep
  | MakeDirectoryStep
  | RunInContainerStep
  | WriteRecordStep
  | PublishStep
  | CheckPathsStep
  | WriteModulefileStep
  | RemoveLeftoversStep;

/** Copies the image in one pass, hashing as it goes; a checksum that differs is an error. */
export interface CopyImageStep {
  readonly kind: 'copy-image';
  readonly from: HostPath;
  readonly to: HostPath;
  /** Bytes. */
  readonly size: number;
  readonly sha256: string | undefined;
}

export interface WriteFileStep {
  readonly kind: 'write-file';
  readonly path: HostPath;
  readonly mode: number;
  readonly content: string;
}

export interface MakeDirectoryStep {
  readonly kind: 'make-directory';
  readonly path: HostPath;
}

/** Runs a command in the container, as the module would set it up. */
export interface RunInContainerStep {
  readonly kind: 'run-in-container';
  readonly purpose: string;
  readonly runtime: string;
  readonly image: HostPath;
  readonly binds: readonly Bind[];
  /** The directory whose packed form, if it is there, is bound in its place: the user software of the install. */
  readonly userSoftware: HostPath | undefined;
  readonly environment: Readonly<Record<string, string>>;
  readonly argv: readonly [string, ...string[]];
}

/** Writes the record, with what was measured while installing. */
export interface WriteRecordStep {
  readonly kind: 'write-record';
  readonly path: HostPath;
  readonly record: PlannedRecord;
}

/** Moves what was staged into place: by one rename where nothing is there, else file by file over the old ones. */
export interface PublishStep {
  readonly kind: 'publish';
  readonly from: StagingDir;
  readonly to: InstallDir;
  readonly modulefile: HostPath;
}

export interface CheckPathsStep {
  readonly kind: 'check-paths';
  readonly root: InstallDir;
  readonly files: readonly string[];
  readonly dirs: readonly string[];
}

export interface WriteModulefileStep {
  readonly kind: 'write-modulefile';
  readonly path: HostPath;
  readonly content: string;
}

/** Removes files that the previous record lists and this one does not. */
export interface RemoveLeftoversStep {
  readonly kind: 'remove-leftovers';
  readonly root: InstallDir;
  readonly files: readonly string[];
}

/** What is known of a record before the install ran. */
export interface PlannedRecord {
  readonly name: string;
  readonly version: string;
  readonly fullVersion: string;
  readonly moduleName: string;
  readonly ctinstall: string;
  readonly prefix: Prefix;
  readonly modulefile: HostPath;
  readonly runtime: {
    readonly name: string;
    readonly path: string;
    readonly flavour: string;
    readonly version: string | undefined;
  };
  readonly image: { readonly file: string; readonly source: HostPath; readonly size: number };
  readonly centralImages: readonly HostPath[];
  readonly binds: readonly Bind[];
  readonly venv: string | undefined;
  /** Files below the install dir that belong to the install, relative; user software is never among them. */
  readonly files: readonly string[];
}
