import type { ModuleKind } from '../easyconfig/types.ts';
import type { ContainerPath, HostPath, Prefix } from '../lib/paths.ts';
import type { Bind } from '../resolve/types.ts';

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
  readonly moduleKind: ModuleKind;
}
