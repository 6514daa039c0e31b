import { setTimeout as sleep } from 'node:timers/promises';
import { writeFileWhole } from '../../host/files.ts';
import { judgeProcess, type ProcessIdentity } from '../../host/process-identity.ts';
import { askToEnd, isRunningScript, killSession } from '../../host/running-script.ts';
import { CtinstallError } from '../../lib/errors.ts';
import { joinHost } from '../../lib/paths.ts';
import { cancelJobs } from '../../slurm/cancel.ts';
import type { Context } from '../context.ts';
import { isOpen } from './judge.ts';
import { isAtWork, type RunStanding, readStanding, readStatuses, type SlurmNote } from './read-standing.ts';
import { readJsonIfThere, scriptOf } from './run-directory.ts';
import { commentOf } from './submit.ts';
import type { PlannedJob, RunDirectory } from './types.ts';

/**
 * Ends all jobs of a run; none is started any more.
 * @returns how the run stood before
 */
export async function stopWorkflow(found: RunDirectory, context: Context): Promise<RunStanding> {
  const standing = await readStanding(found, context);
  if (isAtWork(standing)) await writeFileWhole(joinHost(found.directory, 'stopped'), '', 0o644);
  if (found.run.engine === 'slurm') await cancelSlurm(found, {}, context);
  else await stopLocal(found, context);
  return standing;
}

/** Takes back from Slurm what of a run is not over, but for the jobs to keep. */
export async function cancelSlurm(
  found: RunDirectory,
  { keeps = () => false }: { readonly keeps?: (job: PlannedJob) => boolean },
  { environment }: Context,
): Promise<void> {
  const note = await readJsonIfThere<SlurmNote>(joinHost(found.directory, 'slurm.json'));
  const statuses = await readStatuses(found);
  const kept = new Set(found.run.jobs.filter(keeps).map(({ name }) => name));
  // Numbers of jobs are used again one day.
  const open = new Set(found.run.jobs.filter((job) => isOpen(job, statuses)).map(({ name }) => name));
  const idsOf = (isMeant: (name: string) => boolean): string[] =>
    Object.entries(note?.jobs ?? {}).flatMap(([name, submitted]) =>
      isMeant(name) ? submitted.map(({ id }) => id) : [],
    );
  // Where the submission was broken off, one may not be written down.
  const comment = note?.phase === 'submitting' ? commentOf(found) : undefined;
  const except = idsOf((name) => kept.has(name));
  await cancelJobs(
    idsOf((name) => open.has(name) && !kept.has(name)),
    { comment, except, environment },
  );
}

async function stopLocal(found: RunDirectory, context: Context): Promise<void> {
  const engine = await readJsonIfThere<ProcessIdentity>(joinHost(found.directory, 'engine.json'));
  const verdict = engine === undefined ? 'dead' : await judgeProcess(engine);
  if (verdict === 'unknown')
    throw new CtinstallError('workflow-failed', `the workflow runs on ${engine?.host}`, {
      hint: `stop it there: \`ctinstall workflow stop ${found.run.id}\``,
    });
  if (engine !== undefined && verdict === 'alive') askToEnd(engine.pid);
  for (const pid of await runningScripts(found)) askToEnd(pid);
  for (let tries = 0; tries < 150; tries += 1) {
    const { standings } = await readStanding(found, context);
    if (!standings.some(({ state }) => state === 'running')) return;
    await sleep(100);
  }
  for (const pid of await runningScripts(found)) await killSession(pid);
}

async function runningScripts(found: RunDirectory): Promise<number[]> {
  const owners = new Map(found.run.jobs.map(({ name }) => [name, scriptOf(found.directory, name)]));
  const pids: number[] = [];
  for (const [unit, { state, pid }] of await readStatuses(found)) {
    const script = owners.get(unit) ?? owners.get(unit.replace(/\.\d+$/, ''));
    if (state === 'running' && script !== undefined && (await isRunningScript(pid, script))) pids.push(pid);
  }
  return pids;
}
