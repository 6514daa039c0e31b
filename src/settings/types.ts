import type { BindAccess, ImageMode } from '../easyconfig/types.ts';
import type { HostPath, Prefix } from '../lib/paths.ts';
import type { OptionKey, SettingsValues } from './options.ts';

/** One source of settings: the values it sets and what it is called. Later layers are stronger. */
export interface SettingsLayer {
  /** Shown as the origin: `default`, a file's path, `CTINSTALL_PREFIX`, `--prefix`. */
  readonly origin: string | ((key: OptionKey) => string);
  /** Whether `~` and `$NAME` in paths stand as they are: a shell has replaced them already. */
  readonly isExpanded?: boolean;
  /** Relative paths start here. */
  readonly base: HostPath;
  readonly values: SettingsValues;
}

/** The settings that hold after all layers are folded. */
export interface Settings {
  readonly site: string;
  readonly prefix: Prefix;
  readonly easyconfigs: readonly HostPath[];
  readonly imageDirs: readonly HostPath[];
  readonly runtime: string | undefined;
  readonly enforceChecksums: boolean;
  /** Whether only signed images will do, whatever an easyconfig says. */
  readonly requiresSignature: boolean;
  readonly imageMode: ImageMode;
  readonly squashfsProcessors: number;
  readonly bindGroups: Readonly<Record<string, readonly SiteBind[]>>;
  /** Where each value came from; lists and maps may have several origins, the strongest first. */
  readonly origins: Readonly<Record<OptionKey, readonly string[]>>;
}

export interface SiteBind {
  readonly host: string;
  readonly container: string;
  readonly access: BindAccess;
  readonly optional: boolean;
}
