import { followLog } from '../../../operations/workflow/logs.ts';
import { openRun } from '../../../operations/workflow/open-run.ts';
import type { SettingsValues } from '../../../settings/options.ts';
import type { CommandContext } from '../../command-context.ts';

/** `ctinstall workflow log <id> <job>`. */
export async function log(
  { id, job, follow = false }: { readonly id: string; readonly job: string; readonly follow?: boolean },
  settings: SettingsValues,
  context: CommandContext,
): Promise<void> {
  const found = await openRun(id, settings, context);
  const onText = (text: Buffer): boolean => process.stdout.write(text);
  const nothing = await followLog(found, { unit: job, isFollowed: follow, onText }, context);
  if (nothing !== undefined) context.reporter.report({ event: 'note', message: nothing });
}
