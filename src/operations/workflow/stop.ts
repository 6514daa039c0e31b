import { setTimeout as sleep } from 'node:timers/promises';
import { writeFileWhole } from '../../host/files.ts';
import { judgeProcess, type ProcessIdentity } from '../../host/process-identity.ts';
import { askToEnd, isRunningScript } from '../../host/running-script.ts';
import { CtinstallError } from '../../lib/errors.ts';
import { joinHost } from '../../lib/paths.ts';
import { cancelJobs } from '../../slurm/cancel.ts';
import type { Context } from '../context.ts';
import { readStanding, readStatuses, type SlurmNote } from './read-standing.ts';
import { readJsonIfThere, scriptOf } from './run-directory.ts';
import { commentOf } from './submit.ts';
import type { PlannedJob, RunDirectory } from './types.ts';

/** Ends all jobs of a run; none is started any more. */
export async function stopWorkflow(found: RunDirectory, context: Context): Promise<void> {
  await writeFileWhole(joinHost(found.directory, 'stopped'), '', 0o644);
  if (found.run.engine === 'slurm') await cancelSlurm(found, {}, context);
  else await stopLocal(found, context);
}

/** Takes back from Slurm what of a run is not over, but for the jobs to keep. */
export async function cancelSlurm(
  found: RunDirectory,
  { keeps = () => false }: { readonly keeps?: (job: PlannedJob) => boolean },
  { environment }: Context,
): Promise<void> {
  const note = await readJsonIfThere<SlurmNote>(joinHost(found.directory, 'slurm.json'));
  const kept = new Set(found.run.jobs.filter(keeps).map(({ name }) => name));
  const known = Object.entries(note?.jobs ?? {}).flatMap(([name, submitted]) =>
    kept.has(name) ? [] : submitted.map(({ id }) => id),
  );
  // Where the submission was broken off, one may not be written down.
  const comment = note?.phase === 'submitting' && kept.size === 0 ? commentOf(found) : undefined;
  await cancelJobs(known, { comment, environment });
}

async function stopLocal(found: RunDirectory, context: Context): Promise<void> {
  const engine = await readJsonIfThere<ProcessIdentity>(joinHost(found.directory, 'engine.json'));
  const verdict = engine === undefined ? 'dead' : await judgeProcess(engine);
  if (verdict === 'unknown')
    throw new CtinstallError('workflow-failed', `the workflow runs on ${engine?.host}`, {
      hint: `stop it there: \`ctinstall workflow stop ${found.run.id}\``,
    });
  if (engine !== undefined && verdict === 'alive') askToEnd(engine.pid);
  const owners = new Map(found.run.jobs.map(({ name }) => [name, scriptOf(found.directory, name)]));
  for (const [unit, { state, pid }] of await readStatuses(found)) {
    const script = owners.get(unit) ?? owners.get(unit.replace(/\.\d+$/, ''));
    if (state === 'running' && script !== undefined && (await isRunningScript(pid, script))) askToEnd(pid);
  }
  for (let tries = 0; tries < 150; tries += 1) {
    const { standings } = await readStanding(found, context);
    if (!standings.some(({ state }) => state === 'running')) return;
    await sleep(100);
  }
}
