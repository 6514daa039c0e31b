import { formatBytes } from '../../lib/format.ts';
import { listInstalled } from '../../operations/installed/list-installed.ts';
import type { SettingsValues } from '../../settings/options.ts';
import type { CommandContext } from '../command-context.ts';

/** `ctinstall list [word]`; a record that can't be read is named, and the rest shown. */
export async function list(word: string | undefined, settings: SettingsValues, context: CommandContext): Promise<void> {
  const { prefixes, installs } = await listInstalled({ word, settings }, context);
  const { isJson, print, reporter } = context;
  for (const { module, fault } of installs)
    if (fault !== undefined) reporter.report({ event: 'warning', message: `${module}: ${fault}` });
  if (isJson) return print(JSON.stringify(installs, undefined, 2));
  const width = Math.max(...installs.map(({ module }) => module.length));
  const lines = installs
    .filter(({ fault }) => fault === undefined)
    .map(({ module, prefix, hiddenBy, imageSize, installed, hasOwnImage }) => {
      const image = hasOwnImage === true ? `image ${formatBytes(imageSize ?? 0)}` : 'central image';
      const where = prefix === prefixes[0] ? '' : `  in ${prefix}`;
      const note = hiddenBy === undefined ? '' : `, hidden by the module of that name in ${hiddenBy}`;
      return `${module.padEnd(width)}  ${installed?.slice(0, 10) ?? ''}  ${image}${where}${note}`;
    });
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
