import { cleanWorkflows } from '../../../operations/workflow/clean.ts';
import type { SettingsValues } from '../../../settings/options.ts';
import type { CommandContext } from '../../command-context.ts';

/** `ctinstall workflow clean [id…]`. */
export async function clean(
  ids: readonly string[],
  { all, forceUnlock }: { readonly all?: boolean; readonly forceUnlock?: boolean },
  settings: SettingsValues,
  { print, isJson, ...context }: CommandContext,
): Promise<void> {
  const removed = await cleanWorkflows(ids, { settings, all, forceUnlock }, context);
  if (isJson) print(JSON.stringify({ event: 'cleaned', removed }));
  else for (const id of removed) print(`removed ${id}`);
  if (!isJson && removed.length === 0) print('there is nothing to remove');
}
