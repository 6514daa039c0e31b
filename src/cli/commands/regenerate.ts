import { CtinstallError } from '../../lib/errors.ts';
import { type RegenerateManyOptions, regenerate as regenerateAll } from '../../operations/regenerate/regenerate.ts';
import type { Change } from '../../operations/regenerate/types.ts';
import type { SettingsValues } from '../../settings/options.ts';
import type { CommandContext } from '../command-context.ts';
import { printChanges } from '../words/print-changes.ts';

export interface RegenerateFlags extends Omit<RegenerateManyOptions, 'modules' | 'settings' | 'tell'> {
  readonly all?: boolean;
}

/** `ctinstall regenerate <module>…`. */
export async function regenerate(
  modules: readonly string[],
  flags: RegenerateFlags,
  settings: SettingsValues,
  context: CommandContext,
): Promise<void> {
  if (modules.length === 0 && flags.all !== true)
    throw new CtinstallError('usage', 'no module is named', {
      hint: 'name modules, or take all of them with `--all`; `--dry-run` shows what would change',
    });
  const tell = (changes: readonly Change[]): void => {
    if (flags.dryRun === true || context.isJson) printChanges(changes, context);
  };
  await regenerateAll({ ...flags, modules, settings, tell }, context);
}
