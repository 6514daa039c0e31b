import { openRun } from '../../../operations/workflow/open-run.ts';
import { isAtWork } from '../../../operations/workflow/read-standing.ts';
import { stopWorkflow } from '../../../operations/workflow/stop.ts';
import type { SettingsValues } from '../../../settings/options.ts';
import type { CommandContext } from '../../command-context.ts';
import { printEvent } from '../../json/print.ts';

/** `ctinstall workflow stop <id>`. */
export async function stop(id: string, settings: SettingsValues, context: CommandContext): Promise<void> {
  const before = await stopWorkflow(await openRun(id, settings, context), context);
  if (context.isJson) printEvent('stopped', { event: 'stopped', id }, context);
  else context.print(isAtWork(before) ? `${id} is stopped` : `${id} had ended before: ${before.state}`);
}
