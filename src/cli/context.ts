import { type HostPath, hostPath } from '../lib/paths.ts';
import type { Reporter } from '../report/types.ts';
import type { SettingsValues } from '../settings/options.ts';
import { readSettings } from '../settings/read.ts';
import { findPrefixFault } from '../settings/read-home.ts';
import type { Settings } from '../settings/types.ts';
import type { SettingsWarning } from '../settings/warnings.ts';

/** What every command gets: the machine's side of the run, so that commands themselves read no globals. */
export interface CommandContext {
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly cwd: HostPath;
  /** Where ctinstall itself lies. */
  readonly toolDir: HostPath;
  readonly toolVersion: string;
  readonly reporter: Reporter;
  /** Given when the user or the system asks to stop. */
  readonly signal: AbortSignal;
  readonly isJson: boolean;
  /** Writes a line of the result to stdout. */
  readonly print: (line: string) => void;
}

/**
 * The settings that hold here. From here on what is written has the permissions that they leave it.
 * @throws CtinstallError `settings-invalid`; also where there is no prefix, unless the command does without
 */
export async function readSettingsOf(
  context: CommandContext,
  flags: SettingsValues,
  { needsPrefix = true }: { needsPrefix?: boolean } = {},
): Promise<Settings> {
  const { environment, cwd, toolDir, reporter } = context;
  const warn = (warning: SettingsWarning): void => reporter.report({ event: 'warning', ...warning });
  const settings = await readSettings({ environment, cwd, toolDir, flags, warn });
  const fault = needsPrefix ? await findPrefixFault(settings, environment) : undefined;
  if (fault !== undefined) throw fault;
  // Whatever they say, nothing is for everybody to write.
  if (settings.umask !== undefined) process.umask(settings.umask | 0o002);
  return settings;
}

/** The easyconfig path: what the settings name, then what ships with ctinstall. */
export function easyconfigPath(context: CommandContext, settings: Settings): HostPath[] {
  return [...settings.easyconfigs, hostPath('easyconfigs', context.toolDir)];
}
