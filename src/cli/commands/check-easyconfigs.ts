import { CtinstallError } from '../../lib/errors.ts';
import { checkEasyconfigs as checkAll } from '../../operations/check/check-easyconfigs.ts';
import type { SettingsValues } from '../../settings/options.ts';
import type { CommandContext } from '../command-context.ts';
import { printDocument } from '../json/print.ts';
import { describeForPeople, describeForPrograms } from '../words/describe-checked.ts';

export interface LintFlags {
  /** A warning counts as a fault. */
  readonly isStrict: boolean;
  readonly settingsFlags: SettingsValues;
}

/**
 * Prints what stands against easyconfigs that are to be shared, each at its line.
 * @throws CtinstallError `check-failed` where there are faults, or warnings that count as such
 */
export async function checkEasyconfigs(
  names: readonly string[],
  { isStrict, settingsFlags }: LintFlags,
  context: CommandContext,
): Promise<void> {
  const checked = await checkAll(names, settingsFlags, context);
  const all = checked.flatMap(({ remarks }) => remarks);
  const faults = all.filter(({ severity }) => isStrict || severity === 'fault').length;
  if (context.isJson) printDocument('check --easyconfig', checked.flatMap(describeForPrograms), context);
  else context.print(checked.flatMap(describeForPeople).join('\n'));
  if (faults > 0)
    throw new CtinstallError('check-failed', `${faults} ${faults === 1 ? 'fault' : 'faults'} in the easyconfigs`, {
      hint: isStrict ? 'with `--strict` warnings count as faults' : 'fix what the lines above say',
    });
}
