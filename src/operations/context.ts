import { discoverSharingGroup } from '../discover/sharing-group.ts';
import { type HostPath, hostPath, ownEasyconfigsOf } from '../lib/paths.ts';
import type { Reporter } from '../report/types.ts';
import type { SettingsValues } from '../settings/options.ts';
import { readSettings } from '../settings/read.ts';
import { findPrefixFault } from '../settings/read-home.ts';
import type { Settings } from '../settings/types.ts';
import type { SettingsWarning } from '../settings/warnings.ts';

/** What every operation works with: the machine's side of the run, so that operations themselves read no globals. */
export interface Context {
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly cwd: HostPath;
  /** Where ctinstall itself lies. */
  readonly toolDir: HostPath;
  readonly toolVersion: string;
  /** Words that are no easyconfigs, but may have been meant where one is not found. */
  readonly commandNames: readonly string[];
  readonly reporter: Reporter;
  /** That of the shell; nothing is for everybody to write, whatever it says. */
  readonly umask: number;
  /** Given when the user or the system asks to stop. */
  readonly signal: AbortSignal;
}

/**
 * The settings that hold here. From here on what is written has the permissions that they leave it.
 * @throws CtinstallError `settings-invalid`; also where there is no prefix, unless the command does without
 */
export async function readSettingsOf(
  context: Context,
  flags: SettingsValues,
  { needsPrefix = true }: { needsPrefix?: boolean } = {},
): Promise<Settings> {
  const { environment, cwd, toolDir, reporter } = context;
  const warn = (warning: SettingsWarning): void => reporter.report({ event: 'warning', ...warning });
  const settings = await readSettings({ environment, cwd, toolDir, flags, warn });
  const fault = await findPrefixFault(settings, environment);
  if (fault !== undefined && needsPrefix) throw fault;
  return fault === undefined ? usePermissions(settings, context) : settings;
}

/**
 * Has all that is written from here on get the permissions that the settings leave it. Where they say nothing and the prefix
 * is a group's, its members may do all that its owner may.
 */
export async function usePermissions(settings: Settings, { umask }: Context): Promise<Settings> {
  const sharedWith = settings.umask === undefined ? await discoverSharingGroup(settings.prefix) : undefined;
  // Whatever they say, nothing is for everybody to write.
  process.umask((settings.umask ?? (sharedWith === undefined ? umask : umask & ~0o070)) | 0o002);
  return { ...settings, sharedWith };
}

/** The easyconfig path: what the settings name, then what ctinstall wrote into the prefixes, then what ships with it. */
export function easyconfigPath(context: Context, settings: Settings): HostPath[] {
  const own = [settings.prefix, ...settings.morePrefixes].map(ownEasyconfigsOf);
  return [...settings.easyconfigs, ...own, hostPath('easyconfigs', context.toolDir)];
}
