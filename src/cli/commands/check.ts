import type { SettingsValues } from '../../settings/options.ts';
import type { CommandContext } from '../command-context.ts';

export interface CheckFlags {
  readonly easyconfig?: readonly string[];
  readonly strict?: boolean;
}

/** Checks the machine, or the easyconfigs that `--easyconfig` names. */
export async function check(flags: CheckFlags, settingsFlags: SettingsValues, context: CommandContext): Promise<void> {
  if (flags.easyconfig === undefined) return (await import('./check-machine.ts')).checkMachine(settingsFlags, context);
  const options = { isStrict: flags.strict === true, settingsFlags };
  return (await import('./check-easyconfigs.ts')).checkEasyconfigs(flags.easyconfig, options, context);
}
