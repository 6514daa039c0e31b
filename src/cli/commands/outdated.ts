import { findOutdated } from '../../operations/upgrade/outdated.ts';
import type { SettingsValues } from '../../settings/options.ts';
import type { CommandContext } from '../command-context.ts';
import { printDocument } from '../json/print.ts';
import { alignColumns } from '../words/align-columns.ts';

/** `ctinstall outdated`. */
export async function outdated(settings: SettingsValues, context: CommandContext): Promise<void> {
  const found = await findOutdated({ settings }, context);
  if (context.isJson) return printDocument('outdated', found, context);
  const rows = found.map(({ module, newest, easyconfig }) => [module, newest, easyconfig]);
  for (const line of alignColumns(rows)) context.print(line);
  const message =
    found.length === 0 ? 'all that is installed is the newest' : 'to install it beside: ctinstall upgrade <name>';
  context.reporter.report({ event: 'note', message });
}
