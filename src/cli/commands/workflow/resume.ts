import { openRun } from '../../../operations/workflow/open-run.ts';
import { resumeWorkflow } from '../../../operations/workflow/resume.ts';
import type { SettingsValues } from '../../../settings/options.ts';
import type { CommandContext } from '../../command-context.ts';
import { printEvent } from '../../json/print.ts';
import { followRun, type WatchFlags } from './follow.ts';

/** `ctinstall workflow resume <id>`. */
export async function resume(
  id: string,
  flags: WatchFlags & { readonly forceUnlock?: boolean },
  settings: SettingsValues,
  context: CommandContext,
): Promise<void> {
  const found = await openRun(id, settings, context);
  const count = await resumeWorkflow(found, flags, context);
  if (count === 0)
    return context.isJson
      ? printEvent('resumed', { event: 'resumed', id, count }, context)
      : context.print(`${id}: all has ended well, nothing is to be done`);
  await followRun(found, flags, context);
}
