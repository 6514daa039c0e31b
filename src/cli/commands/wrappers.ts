import { CtinstallError } from '../../lib/errors.ts';
import { formatValue } from '../../lib/format.ts';
import { type UpdateWrappersOptions, updateWrappers } from '../../operations/wrappers/update-wrappers.ts';
import type { SettingsValues } from '../../settings/options.ts';
import type { CommandContext } from '../command-context.ts';
import { printDocument } from '../json/print.ts';

/** `ctinstall wrappers update [module]`. */
export async function wrappers(
  { action, module }: { action: string; module: string | undefined },
  flags: Omit<UpdateWrappersOptions, 'module' | 'settings'>,
  settings: SettingsValues,
  context: CommandContext,
): Promise<void> {
  if (action !== 'update')
    throw new CtinstallError('usage', `\`${formatValue(action)}\` is nothing that \`ctinstall wrappers\` does`, {
      hint: 'ctinstall wrappers update [module]',
    });
  const updated = await updateWrappers({ ...flags, module, settings }, context);
  if (context.isJson) return printDocument('wrappers', updated, context);
  const { made, removed } = updated;
  for (const name of made) context.print(`made ${name}`);
  for (const name of removed) context.print(`removed ${name}`);
  if (made.length + removed.length === 0)
    context.reporter.report({ event: 'note', message: `${updated.module} has wrappers of all its console scripts` });
}
