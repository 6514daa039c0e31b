import { cleanWorkflows } from '../../../operations/workflow/clean.ts';
import type { SettingsValues } from '../../../settings/options.ts';
import type { CommandContext } from '../../command-context.ts';
import { printEvent } from '../../json/print.ts';

/** `ctinstall workflow clean [id…]`. */
export async function clean(
  ids: readonly string[],
  { all, forceUnlock }: { readonly all?: boolean; readonly forceUnlock?: boolean },
  settings: SettingsValues,
  context: CommandContext,
): Promise<void> {
  const { print, isJson } = context;
  const removed = await cleanWorkflows(ids, { settings, all, forceUnlock }, context);
  if (isJson) printEvent('cleaned', { event: 'cleaned', removed }, context);
  else for (const id of removed) print(`removed ${id}`);
  if (!isJson && removed.length === 0) print('there is nothing to remove');
}
