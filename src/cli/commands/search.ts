import { formatValue } from '../../lib/format.ts';
import { type FoundEasyconfig, search as searchEasyconfigs } from '../../operations/search/search.ts';
import type { SettingsValues } from '../../settings/options.ts';
import type { CommandContext } from '../command-context.ts';
import { printDocument } from '../json/print.ts';

/** More than this hides what was found. */
const mostWarnings = 20;

/** `ctinstall search [word]`. */
export async function search(
  word: string | undefined,
  settings: SettingsValues,
  context: CommandContext,
): Promise<void> {
  const tell = (found: readonly FoundEasyconfig[], faults: readonly string[]): void => {
    if (context.isJson) printDocument('search', found.map(describe), context);
    else {
      const lines = found.flatMap(({ path, summary }) =>
        summary === undefined
          ? []
          : [`${moduleOf(summary)}  ${summary.about}`.trimEnd(), `  ${formatValue(path, 4096)}`],
      );
      if (lines.length > 0) context.print(lines.join('\n'));
    }
    warn(faults, context);
    if (found.length === 0)
      context.reporter.report({
        event: 'note',
        message: word === undefined ? 'no easyconfig' : `no easyconfig has \`${word}\` in its name or description`,
      });
  };
  await searchEasyconfigs({ word, settings, tell }, context);
}

/** What `--json` prints of an easyconfig. */
function describe({ path, file, summary, fault }: FoundEasyconfig) {
  return {
    ...(summary && {
      module: moduleOf(summary),
      name: summary.name,
      version: summary.version,
      versionsuffix: summary.versionsuffix,
      description: summary.about,
    }),
    file,
    path,
    fault,
  };
}

function warn(faults: readonly string[], { reporter }: CommandContext): void {
  for (const fault of faults.slice(0, mostWarnings))
    reporter.report({ event: 'warning', message: formatValue(fault, 5000) });
  const more = faults.length - mostWarnings;
  if (more > 0)
    reporter.report({
      event: 'warning',
      message: `${more} more ${more === 1 ? 'easyconfig has a fault' : 'easyconfigs have faults'}`,
      hint: 'see all with `ctinstall search --json`',
    });
}

function moduleOf({ name, version, versionsuffix }: NonNullable<FoundEasyconfig['summary']>): string {
  return `${name}/${version}${versionsuffix}`;
}
