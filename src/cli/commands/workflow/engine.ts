import { hostPath } from '../../../lib/paths.ts';
import { runEngine } from '../../../operations/workflow/run-engine.ts';
import type { CommandContext } from '../../command-context.ts';

/** `ctinstall workflow engine <directory>`: what `start` leaves in the background on this machine. */
export async function engine(directory: string, context: CommandContext): Promise<void> {
  context.onStop.message = 'ending the jobs …';
  await runEngine(hostPath(directory), context);
}
