import { readSettingsOf } from '../../operations/context.ts';
import type { SettingsValues } from '../../settings/options.ts';
import { cleanPrefix } from '../../transaction/clean.ts';
import type { CommandContext } from '../command-context.ts';

/** Clears what runs that were stopped left under the prefix; `--dry-run` only says what that is. */
export async function clean(
  { dryRun = false }: { dryRun?: boolean },
  settingsFlags: SettingsValues,
  context: CommandContext,
): Promise<void> {
  const { prefix } = await readSettingsOf(context, settingsFlags);
  const leftovers = await cleanPrefix(prefix, context.environment, {
    isDryRun: dryRun,
    signal: context.signal,
  });
  if (context.isJson) return context.print(JSON.stringify(leftovers, undefined, 2));
  for (const { paths, heldBy } of leftovers)
    for (const path of paths)
      context.print(
        heldBy === undefined ? `${dryRun ? 'would remove' : 'removed'} ${path}` : `left ${path}: ${heldBy}`,
      );
  if (leftovers.length === 0) context.reporter.report({ event: 'note', message: `nothing to clear under ${prefix}` });
}
