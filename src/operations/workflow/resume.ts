import { setTimeout as sleep } from 'node:timers/promises';
import { makeDirectory, removeFile, rename, statIfThere } from '../../host/files.ts';
import { CtinstallError } from '../../lib/errors.ts';
import { joinHost } from '../../lib/paths.ts';
import type { Context } from '../context.ts';
import { type RunStanding, readStanding, readStatuses } from './read-standing.ts';
import { withRunLock } from './run-lock.ts';
import { setOff } from './start.ts';
import { cancelSlurm } from './stop.ts';
import type { PlannedJob, RunDirectory } from './types.ts';
import { unitsToRepeat } from './units-to-repeat.ts';

/**
 * Runs again what failed or never ran, and what depends on that. What ended well stays.
 * @returns how many jobs and tasks are run
 * @throws CtinstallError `locked` while another does so
 */
export function resumeWorkflow(
  found: RunDirectory,
  { forceUnlock }: { readonly forceUnlock?: boolean | undefined },
  context: Context,
): Promise<number> {
  return withRunLock(found, { environment: context.environment, forceUnlock }, () => resume(found, context));
}

async function resume(found: RunDirectory, context: Context): Promise<number> {
  const { directory, run } = found;
  const { state, standings } = await readStanding(found, context);
  if (state === 'running' || state === 'waiting')
    throw new CtinstallError('workflow-failed', `${run.id} is at work`, {
      hint: `see how it stands: \`ctinstall workflow describe ${run.id}\``,
    });
  const isRunning = ({ name }: PlannedJob): boolean =>
    standings.find((standing) => standing.name === name)?.state === 'running';
  // What still waits in Slurm for what did not come.
  if (run.engine === 'slurm') await cancelSlurm(found, { keeps: isRunning }, context);
  const statuses = await readStatuses(found);
  const repeated = unitsToRepeat(run.jobs, statuses, isRunning);
  if (repeated.size === 0) return 0;
  // From here on who stops it is heeded.
  await removeFile(joinHost(directory, 'stopped'));
  await makeDirectory(joinHost(directory, 'volumes'));
  for (const [name, units] of repeated) {
    for (const unit of units) if (statuses.has(unit)) await keepOld(found, unit);
    for (const word of ['ready', 'failed', 'stop'])
      await removeFile(joinHost(directory, 'services', `${name}.${word}`));
  }
  await setOff(found, context);
  return [...repeated.values()].flat().length;
}

/** The status of an earlier run tells nothing any more; people may want to see it. */
async function keepOld({ directory }: RunDirectory, unit: string): Promise<void> {
  const old = joinHost(directory, 'earlier');
  await makeDirectory(old);
  let number = 1;
  while ((await statIfThere(joinHost(old, `${unit}.${number}`))) !== undefined) number += 1;
  await rename(joinHost(directory, 'status', unit), joinHost(old, `${unit}.${number}`));
}

/** Waits until a run has ended, or `onChange` says that it is enough. */
export async function watchWorkflow(
  found: RunDirectory,
  context: Context,
  onLook: (standing: RunStanding) => void | Promise<void>,
): Promise<RunStanding> {
  let stalled = 0;
  for (;;) {
    const begun = performance.now();
    const standing = await readStanding(found, context);
    await onLook(standing);
    stalled = standing.state === 'stalled' ? stalled + 1 : 0;
    // An engine needs a moment to begin.
    if (!['running', 'waiting', 'stalled'].includes(standing.state) || stalled > 20) return standing;
    // What is watched is not to be kept from its work by that.
    const pause = Math.max(found.run.engine === 'slurm' ? 1000 : 250, 10 * (performance.now() - begun));
    await sleep(pause, undefined, { signal: context.signal }).catch(() => undefined);
    if (context.signal.aborted) return standing;
  }
}
