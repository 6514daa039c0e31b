import type { HostPath } from '../../../lib/paths.ts';
import type { SettingsValues } from '../../../settings/options.ts';
import type { WayChoice } from './choose-way.ts';

export interface DefinitionOptions {
  readonly output: string;
  /** A definition file with values for it (`NAME=VALUE`), or packages to be added to a base: `a,b`. */
  readonly from:
    | { readonly definition: string; readonly buildArg: readonly string[] }
    | { readonly base: string; readonly baseSha256?: string | undefined; readonly packages: readonly string[] };
  /** Who is to build it; found out if left out. */
  readonly way?: WayChoice | undefined;
  /** Where what it said is kept if it fails; beside the image if left out. */
  readonly log?: HostPath;
  /** Whether commands of the file may run where nothing keeps them from the user's files; they may if left out. */
  readonly mayRunOnHost?: boolean;
  readonly force?: boolean;
  readonly dryRun?: boolean;
  /** What counts more than the files of settings. */
  readonly settings: SettingsValues;
}
