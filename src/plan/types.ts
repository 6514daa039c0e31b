import type { BindAccess } from '../easyconfig/types.ts';
import type { ContainerPath, HostPath, InstallDir, ModulesTool, Prefix, StagingDir } from '../lib/paths.ts';
import type { Bind, ResolvedWrappers } from '../resolve/types.ts';
import type { HookInput } from './hook-input.ts';
import type { UserSoftwareStep } from './plan-packing.ts';

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
  | ReserveRoomStep
  | VerifySignatureStep
  | FetchImageStep
  | CopyImageStep
  | LinkImageStep
  | UseCentralImageStep
  | RetireImageStep
  | KeepRecordedStep
  | UserSoftwareStep
  | MakeWrappersStep
  | WriteFileStep
  | MakeDirectoryStep
  | RunInContainerStep
  | RunOnHostStep
  | WriteRecordStep
  | PublishStep
  | RecordAdditionsStep
  | CheckPathsStep
  | WriteModulefileStep
  | RemoveLeftoversStep
  | RunHookStep
  | CheckModulefileStep
  | GiveToGroupStep
  | MakeReadOnlyStep;

/** Finds out whether the file system and the quota have room, before anything of size is written. */
export interface ReserveRoomStep {
  readonly kind: 'reserve-room';
  readonly directory: HostPath;
  readonly bytes: number;
  /** Files and directories. */
  readonly files: number;
}

/** Has the runtime check the signatures of an image: of the very file that will run. */
export interface VerifySignatureStep {
  readonly kind: 'verify-signature';
  readonly image: HostPath;
  /** Where that comes from, for messages. */
  readonly shown: string;
  readonly runtime: string;
}

/** Brings an image through the runtime, and checks it like one that is here. */
export interface FetchImageStep {
  readonly kind: 'fetch-image';
  readonly source: string;
  /** Where relative paths of the source begin. */
  readonly base: HostPath;
  readonly to: HostPath;
  /** For the runtime's cache and temporary files. */
  readonly work: HostPath;
  readonly runtime: string;
  readonly sha256: string | undefined;
}

/** An image file as it was when it was found and checked. */
interface CheckedImage {
  /** Bytes. */
  readonly size: number;
  /** Of its last change, in milliseconds since 1970. */
  readonly mtimeMs: number;
  readonly sha256: string | undefined;
}

/** Copies the image in one pass, hashing as it goes; a checksum that differs is an error. */
export interface CopyImageStep extends CheckedImage {
  readonly kind: 'copy-image';
  readonly from: HostPath;
  readonly to: HostPath;
}

/** Makes a symbolic link to the image, which is hashed where it is if there is a checksum. */
export interface LinkImageStep extends CheckedImage {
  readonly kind: 'link-image';
  readonly from: HostPath;
  readonly to: HostPath;
}

/** Leaves the image where it is, and hashes it there if there is a checksum. */
export interface UseCentralImageStep extends CheckedImage {
  readonly kind: 'use-central-image';
  readonly path: HostPath;
}

/** Gives the image that will be replaced a second name, so that jobs that run from it keep it on every file system. */
export interface RetireImageStep {
  readonly kind: 'retire-image';
  readonly from: HostPath;
  readonly to: HostPath;
}

/** Makes the wrappers of programs of the image, after a look into it: links to `in-container`. */
export interface MakeWrappersStep {
  readonly kind: 'make-wrappers';
  readonly bin: HostPath;
  readonly commands: readonly { readonly name: string; readonly command: string }[];
  /** Every executable in them gets a wrapper too. */
  readonly directories: ResolvedWrappers['directories'];
  /** Names that none of those may have. */
  readonly never: readonly string[];
  /** Prints which of `commands` are missing, and what is in `directories`; undefined where nobody looks. */
  readonly look: RunInContainerStep | undefined;
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
  /** Is the home directory and `/tmp` for the time of the run: a recipe's command sees nothing else of the user's. */
  readonly work: HostPath;
  /** The directory whose packed form, if it is there, is bound in its place: the user software of the install. */
  readonly userSoftware: {
    readonly directory: HostPath;
    readonly container: ContainerPath;
    readonly access: BindAccess;
  };
  /** What is shown where it will lie once it is published: bound after all else, in this order, if it is there. */
  readonly staged: readonly StagedBind[];
  /**
   * Directories on which that is mounted, parents before children. Another bind may show what is around them, and the
   * runtime makes none there: those that are missing are made for the time of the run.
   */
  readonly mountPoints: readonly HostPath[];
  readonly environment: Readonly<Record<string, string>>;
  readonly argv: readonly [string, ...string[]];
  readonly hintOnFailure?: string;
}

/** A directory at another place than its own. */
export interface StagedBind {
  readonly host: HostPath;
  readonly container: ContainerPath;
  readonly access: BindAccess;
}

/** Takes over into the new record what stays as it is: the image first of all. */
export interface KeepRecordedStep {
  readonly kind: 'keep-recorded';
  readonly image: { readonly sha256: string | undefined; readonly size: number; readonly how: string };
  readonly files: readonly KeptFile[];
}

/** A file that is there and in the record; see `RecordedFile`. */
interface KeptFile {
  /** Relative to the install dir. */
  readonly path: string;
  readonly size: number;
  readonly mode: number;
  readonly mtimeMs?: number | undefined;
  readonly sha256?: string | undefined;
  readonly link?: string | undefined;
}

/** Runs a command of the recipe on the host: only where the user has allowed it. */
export interface RunOnHostStep {
  readonly kind: 'run-on-host';
  readonly purpose: string;
  readonly cwd: HostPath;
  readonly environment: Readonly<Record<string, string>>;
  readonly command: string;
}

/** Measures for the record what commands of the recipe have added or changed in what is staged. */
export interface RecordAdditionsStep {
  readonly kind: 'record-additions';
  readonly root: StagingDir;
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

/** Looks for paths in what is staged, and for user software in the install dir too. */
export interface CheckPathsStep {
  readonly kind: 'check-paths';
  readonly root: StagingDir;
  readonly installDir: InstallDir;
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

/** Runs an executable of the site's, which may refuse the install. */
export interface RunHookStep {
  readonly kind: 'run-hook';
  readonly program: HostPath;
  /** What it is given, as JSON. */
  readonly input: HookInput;
}

/** Has the language of the modules tool check a modulefile with text of the site's in it. */
export interface CheckModulefileStep {
  readonly kind: 'check-modulefile';
  readonly tool: ModulesTool;
  /** The site's own text, by the setting that it is from. */
  readonly texts: Readonly<Partial<Record<'modulefile_header' | 'modulefile_footer', string>>>;
}

/** Changes the group of what the install has written; what arises in its directories later belongs to the group too. */
export interface GiveToGroupStep {
  readonly kind: 'give-to-group';
  readonly group: string;
  /** The tree that is staged, or all that was published. */
  readonly what: 'staged' | 'published';
}

/** Takes the write bits from the files of the record; directories follow when the install is done. */
export interface MakeReadOnlyStep {
  readonly kind: 'make-read-only';
  readonly root: InstallDir;
  readonly recordFile: string;
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
  /** `source`: the path that it was copied from, or where it was brought from. */
  readonly image: { readonly file: string; readonly source: string };
  readonly centralImages: readonly HostPath[];
  readonly binds: readonly Bind[];
  readonly venv: string | undefined;
  /** Where user software is seen in the container. */
  readonly userSoftware: ContainerPath;
  /** Files below the install dir that belong to the install, relative; user software is never among them. */
  readonly files: readonly string[];
  /** Images of an earlier install that stay for running jobs, relative. */
  readonly retired: readonly string[];
  /** Whether listings of modules leave it out. */
  readonly hidden: boolean;
}
