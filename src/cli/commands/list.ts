import { type ListOptions, listInstalled } from '../../operations/installed/list-installed.ts';
import type { SettingsValues } from '../../settings/options.ts';
import type { CommandContext } from '../command-context.ts';
import { printDocument } from '../json/print.ts';
import { describeList, listForPrograms } from '../words/describe-list.ts';

/** `ctinstall list [word]`; a record that can't be read is named, and the rest shown. */
export async function list(
  word: string | undefined,
  flags: Pick<ListOptions, 'size'>,
  settings: SettingsValues,
  context: CommandContext,
): Promise<void> {
  const { prefixes, installs } = await listInstalled({ ...flags, word, settings }, context);
  const { isJson, print, reporter } = context;
  for (const { module, fault } of installs)
    if (fault !== undefined) reporter.report({ event: 'warning', message: `${module}: ${fault}` });
  if (isJson) return printDocument('list', listForPrograms(installs), context);
  const lines = describeList(installs, { prefixes, hasTitles: process.stdout.isTTY });
  if (lines.length > 0) print(lines.join('\n'));
  if (installs.length > 0) return;
  const places = prefixes.join(' or ');
  reporter.report({
    event: 'note',
    message:
      word === undefined
        ? `nothing is installed under ${places}`
        : `nothing installed under ${places} matches \`${word}\``,
  });
}
