import { findOutdated } from '../../operations/upgrade/outdated.ts';
import type { SettingsValues } from '../../settings/options.ts';
import type { CommandContext } from '../command-context.ts';
import { printDocument } from '../json/print.ts';

/** `ctinstall outdated`. */
export async function outdated(settings: SettingsValues, context: CommandContext): Promise<void> {
  const found = await findOutdated({ settings }, context);
  if (context.isJson) return printDocument('outdated', found, context);
  for (const { module, newest, easyconfig } of found) context.print(`${module}  ${newest}  ${easyconfig}`);
  const message =
    found.length === 0 ? 'all that is installed is the newest' : 'to install it beside: ctinstall upgrade <name>';
  context.reporter.report({ event: 'note', message });
}
