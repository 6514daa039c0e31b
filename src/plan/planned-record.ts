import type { ModuleKind } from '../easyconfig/types.ts';
import type { ContainerPath, HostPath, Prefix } from '../lib/paths.ts';
import type { Bind, BuildInputs } from '../resolve/types.ts';

export interface RecordedEasyconfig {
  readonly path: HostPath;
  readonly sha256: string;
  /** Of a recipe in another format, as it was: what has not changed need not be imported again to be compared. */
  readonly recipeSha256?: string;
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
  /** What it was installed from: the file, and the hash of its text without what `--set` changed. */
  readonly easyconfig: RecordedEasyconfig | undefined;
  /**
   * `source`: the path that it was copied from or built on, or where it was brought from. `inputs`: what it was built of.
   * Undefined where there is none.
   */
  readonly image: { readonly file: string; readonly source: string; readonly inputs?: BuildInputs } | undefined;
  readonly centralImages: readonly HostPath[];
  readonly binds: readonly Bind[];
  readonly venv: string | undefined;
  /** Where user software is seen in the container. */
  readonly userSoftware: ContainerPath;
  /** Files below the install dir that belong to the install, relative; user software is never among them. */
  readonly files: readonly string[];
  /** Names of console scripts that the user installed, and that have wrappers. */
  readonly userWrappers?: readonly string[];
  /** Images of an earlier install that stay for running jobs, relative. */
  readonly retired: readonly string[];
  /** Whether listings of modules leave it out. */
  readonly hidden: boolean;
  readonly moduleKind: ModuleKind;
}
