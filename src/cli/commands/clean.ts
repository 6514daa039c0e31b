import { formatLine } from '../../lib/format.ts';
import { clean as cleanUp } from '../../operations/clean/clean.ts';
import type { SettingsValues } from '../../settings/options.ts';
import type { CommandContext } from '../command-context.ts';
import { printDocument } from '../json/print.ts';

/** `ctinstall clean`; `--dry-run` only says what there is. */
export async function clean(
  { dryRun = false }: { dryRun?: boolean },
  settings: SettingsValues,
  context: CommandContext,
): Promise<void> {
  const { prefix, leftovers } = await cleanUp({ settings, dryRun }, context);
  if (context.isJson) return printDocument('clean', leftovers, context);
  for (const { paths, heldBy } of leftovers)
    for (const path of paths.map(formatLine))
      context.print(
        heldBy === undefined ? `${dryRun ? 'would remove' : 'removed'} ${path}` : `left ${path}: ${heldBy}`,
      );
  if (leftovers.length === 0)
    context.reporter.report({ event: 'note', message: `nothing to clean up under ${prefix}` });
}
