import { statIfThere } from '../../host/files.ts';
import { judgeProcess, type ProcessIdentity } from '../../host/process-identity.ts';
import { isRunningScript } from '../../host/running-script.ts';
import { CtinstallError } from '../../lib/errors.ts';
import { joinHost } from '../../lib/paths.ts';
import { findByComment } from '../../slurm/cancel.ts';
import type { Context } from '../context.ts';
import { readStatuses } from './read-standing.ts';
import { type BrokenRun, readJsonIfThere, scriptOf } from './run-directory.ts';
import { commentOf } from './submit.ts';

/**
 * Of a run whose jobs nothing tells any more: what is found of them some other way must have ended.
 * @throws CtinstallError `workflow-failed`, `slurm-missing`
 */
export async function requireAtRest(broken: BrokenRun, { environment }: Pick<Context, 'environment'>): Promise<void> {
  const { id, directory } = broken;
  const refuse = (hint: string): never => {
    throw new CtinstallError('workflow-failed', `${id} is at work, and its \`run.json\` is damaged`, { hint });
  };
  const engine = await readJsonIfThere<ProcessIdentity>(joinHost(directory, 'engine.json'));
  if (engine !== undefined && (await judgeProcess(engine)) !== 'dead')
    refuse(`end it first: \`kill ${engine.pid}\` on ${engine.host}`);
  const hasBegun = (await statIfThere(joinHost(directory, 'status'))) !== undefined;
  for (const [unit, { state, pid }] of hasBegun ? await readStatuses(broken) : []) {
    const script = scriptOf(directory, unit.replace(/\.\d+$/, ''));
    if (state === 'running' && (await isRunningScript(pid, script))) refuse(`end it first: \`kill ${pid}\``);
  }
  if ((await statIfThere(joinHost(directory, 'slurm.json'))) === undefined) return;
  const jobs = await findByComment(commentOf(broken), environment);
  if (jobs.length > 0) refuse(`end its jobs first: \`scancel ${jobs.join(' ')}\``);
}
