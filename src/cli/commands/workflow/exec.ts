import { CtinstallError } from '../../../lib/errors.ts';
import { execBeside } from '../../../operations/workflow/exec.ts';
import { openRun } from '../../../operations/workflow/open-run.ts';
import type { SettingsValues } from '../../../settings/options.ts';
import type { CommandContext } from '../../command-context.ts';

/** `ctinstall workflow exec <id> <job> -- command…`; ends as the command ends. */
export async function exec(id: string, job: string, settings: SettingsValues, context: CommandContext): Promise<void> {
  const { commandToRun = [] } = context;
  if (commandToRun.length === 0)
    throw new CtinstallError('usage', 'there is no command to run', {
      hint: 'give it after `--`: `ctinstall workflow exec my-1 train -- nvidia-smi`',
    });
  const found = await openRun(id, settings, context);
  process.exitCode = await execBeside(found, { unit: job, command: commandToRun }, context);
}
