import { openRun } from '../../../operations/workflow/open-run.ts';
import { stopWorkflow } from '../../../operations/workflow/stop.ts';
import type { SettingsValues } from '../../../settings/options.ts';
import type { CommandContext } from '../../command-context.ts';

/** `ctinstall workflow stop <id>`. */
export async function stop(id: string, settings: SettingsValues, context: CommandContext): Promise<void> {
  await stopWorkflow(await openRun(id, settings, context), context);
  context.print(context.isJson ? JSON.stringify({ event: 'stopped', id }) : `${id} is stopped`);
}
