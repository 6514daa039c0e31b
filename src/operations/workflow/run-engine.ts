import { CtinstallError } from '../../lib/errors.ts';
import { type HostPath, joinHost } from '../../lib/paths.ts';
import type { Context } from '../context.ts';
import { runLocally } from './local-engine.ts';
import { readJsonIfThere } from './run-directory.ts';
import type { Run } from './types.ts';

/** Runs what is in the directory of a run, on this machine. */
export async function runEngine(directory: HostPath, context: Context): Promise<void> {
  const run = await readJsonIfThere<Run>(joinHost(directory, 'run.json'));
  if (run === undefined) throw new CtinstallError('workflow-not-found', `there is no workflow in \`${directory}\``);
  await runLocally({ directory, run }, context);
}
