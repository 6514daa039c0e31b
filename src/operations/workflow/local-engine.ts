import { availableParallelism, totalmem } from 'node:os';
import { setTimeout as sleep } from 'node:timers/promises';
import { statIfThere, writeFileWhole } from '../../host/files.ts';
import { identifyThisProcess, type ProcessIdentity } from '../../host/process-identity.ts';
import { run as runProgram } from '../../host/run.ts';
import { askToEnd, isRunningScript, killSession } from '../../host/running-script.ts';
import { formatBytes } from '../../lib/format.ts';
import { joinHost } from '../../lib/paths.ts';
import type { Context } from '../context.ts';
import { unitsOf } from './judge.ts';
import { readStatuses } from './read-standing.ts';
import { readJsonIfThere, scriptOf } from './run-directory.ts';
import type { JobStatus, PlannedJob, RunDirectory } from './types.ts';

type End = 'ok' | 'bad';

/** A job while its workflow is run. */
interface Entry {
  readonly job: PlannedJob;
  /** Units that are still to be started, the next last. */
  readonly left: string[];
  readonly running: Set<string>;
  hasFailed: boolean;
  hasBegun: boolean;
  end: End | undefined;
}

/** A machine may have less than is asked for: then a job has all of it. */
interface Room {
  cores: number;
  bytes: number;
}

function roomHere(): Room {
  return { cores: availableParallelism(), bytes: totalmem() };
}

/** What a job asks for. */
function roomOf({ cores, bytes, isByCore, multinode }: PlannedJob): Room {
  const nodes = multinode?.nodes ?? 1;
  return { cores: cores * nodes, bytes: (bytes ?? 0) * nodes * (isByCore ? cores : 1) };
}

/** A word about jobs that ask for more than this machine has, or undefined. */
export function describeTooLarge(jobs: readonly PlannedJob[]): string | undefined {
  const here = roomHere();
  const large = jobs.filter((job) => roomOf(job).cores > here.cores || roomOf(job).bytes > here.bytes);
  if (large.length === 0) return undefined;
  const names = large.slice(0, 5).map(({ name }) => `\`${name}\``);
  const all = `${names.join(', ')}${large.length > 5 ? `, and ${large.length - 5} more` : ''}`;
  return `this machine has ${here.cores} core${here.cores === 1 ? '' : 's'} and ${formatBytes(here.bytes)}: ${all} ask${large.length === 1 ? 's' : ''} for more, and get${large.length === 1 ? 's' : ''} all of it`;
}

/**
 * Runs the jobs of a run on this machine, as many at a time as there are cores and memory for, until nothing more can be
 * done. What their scripts write is the only truth: an engine that takes over goes on where another was killed.
 */
export async function runLocally(found: RunDirectory, context: Context): Promise<void> {
  const { directory, run } = found;
  await noteEngine(found, await identifyThisProcess(context.environment));
  const statuses = await readStatuses(found);
  const entries = run.jobs.map((job) => entryOf(job, statuses));
  const byName = new Map(entries.map((entry) => [entry.job.name, entry]));
  const total = roomHere();
  const free: Room = { ...total };
  const work = new Set<Promise<void>>();
  const costOf = (job: PlannedJob): Room => {
    const { cores, bytes } = roomOf(job);
    return { cores: Math.min(cores, total.cores), bytes: Math.min(bytes, total.bytes) };
  };
  const begin = (entry: Entry, unit: string, isThere: boolean): void => {
    const cost = costOf(entry.job);
    // What only waits or clears up, costs nothing.
    const isFree = entry.job.kind === 'stop' || entry.job.kind === 'clean';
    if (!isFree) for (const key of ['cores', 'bytes'] as const) free[key] -= cost[key];
    entry.running.add(unit);
    entry.hasBegun = true;
    const one = (isThere ? awaitOther(found, entry.job, unit, context) : runUnit(found, entry.job, unit, context)).then(
      (end) => {
        if (!isFree) for (const key of ['cores', 'bytes'] as const) free[key] += cost[key];
        entry.running.delete(unit);
        if (end === 'bad') entry.hasFailed = true;
        settle(entry);
        work.delete(one);
      },
    );
    work.add(one);
  };
  for (const entry of entries)
    for (const unit of unitsOf(entry.job)) {
      const status = statuses.get(unit);
      if (status?.state === 'running' && (await isRunningScript(status.pid, scriptOf(directory, entry.job.name))))
        begin(entry, unit, true);
    }
  while (!context.signal.aborted) {
    if ((await statIfThere(joinHost(directory, 'stopped'))) !== undefined) break;
    for (const entry of entries) if (entry.end === undefined) markBlocked(entry, byName);
    const onlyServices = (): boolean =>
      entries.every(({ job, running }) => job.kind === 'service' || running.size === 0);
    for (const entry of entries) {
      if (entry.end !== undefined || !isReady(entry, byName)) continue;
      const cost = costOf(entry.job);
      const most = entry.job.array?.concurrency || Number.POSITIVE_INFINITY;
      while (
        entry.left.length > 0 &&
        entry.running.size < most &&
        ((free.cores >= cost.cores && free.bytes >= cost.bytes) || onlyServices())
      )
        begin(entry, entry.left.pop() ?? '', false);
    }
    if (work.size === 0) break;
    await Promise.race(work);
  }
  await Promise.all(work);
}

/** Writes down who runs a run. */
export async function noteEngine({ directory }: RunDirectory, identity: ProcessIdentity): Promise<void> {
  await writeFileWhole(joinHost(directory, 'engine.json'), `${JSON.stringify(identity)}\n`, 0o644);
}

function entryOf(job: PlannedJob, statuses: ReadonlyMap<string, JobStatus>): Entry {
  const left = unitsOf(job)
    .filter((unit) => statuses.get(unit) === undefined)
    .toReversed();
  const states = unitsOf(job).map((unit) => statuses.get(unit)?.state);
  const entry: Entry = {
    job,
    left,
    running: new Set(),
    hasBegun: false,
    hasFailed: states.some((state) => state === 'failed' || state === 'cancelled'),
    end: undefined,
  };
  if (!states.includes('running')) settle(entry);
  return entry;
}

function settle(entry: Entry): void {
  if (entry.left.length === 0 && entry.running.size === 0) entry.end = entry.hasFailed ? 'bad' : 'ok';
}

function isReady({ job }: Entry, byName: ReadonlyMap<string, Entry>): boolean {
  return job.needs.every(({ name, on }) => {
    const need = byName.get(name);
    if (on === 'begin') return need?.hasBegun === true || need?.end === 'ok';
    return on === 'any' ? need?.end !== undefined : need?.end === 'ok';
  });
}

/** What waits for something that went wrong never runs. */
function markBlocked(entry: Entry, byName: ReadonlyMap<string, Entry>): void {
  if (entry.running.size > 0) return;
  if (entry.job.needs.some(({ name, on }) => on !== 'any' && byName.get(name)?.end === 'bad')) entry.end = 'bad';
}

async function runUnit(found: RunDirectory, { name }: PlannedJob, unit: string, context: Context): Promise<End> {
  const script = scriptOf(found.directory, name);
  const task = unit === name ? [] : [unit.slice(name.length + 1)];
  // What Slurm sets is not this job's, though the engine may run in one.
  const env = Object.fromEntries(
    Object.entries(context.environment).filter(
      ([key]) => !/^(SLURM_|SBATCH_|(APPTAINER|SINGULARITY)(ENV)?_|CT_SECRET_)/.test(key),
    ),
  );
  const askEnd = async (): Promise<void> => {
    const status = await readStatus(found, unit);
    if (status === undefined) throw new Error('it has not begun');
    askToEnd(status.pid);
  };
  await runProgram(['/bin/bash', '-p', script, ...task], { env, signal: context.signal, askToEnd: askEnd }).catch(
    () => undefined,
  );
  return endUnit(found, unit);
}

/** A job that another engine has started. */
async function awaitOther(found: RunDirectory, job: PlannedJob, unit: string, { signal }: Context): Promise<End> {
  for (;;) {
    const status = await readStatus(found, unit);
    if (status === undefined || status.state !== 'running') return endOf(status);
    if (signal.aborted) askToEnd(status.pid);
    if (!(await isRunningScript(status.pid, scriptOf(found.directory, job.name)))) return endUnit(found, unit);
    await sleep(200);
  }
}

/** How the script of a job ended. What it has started goes on where it was killed, with nobody who waits for it. */
async function endUnit(found: RunDirectory, unit: string): Promise<End> {
  const status = await readStatus(found, unit);
  if (status?.state === 'running') await killSession(status.pid);
  return endOf(status);
}

function readStatus({ directory }: RunDirectory, unit: string): Promise<JobStatus | undefined> {
  return readJsonIfThere<JobStatus>(joinHost(directory, 'status', unit));
}

function endOf(status: JobStatus | undefined): End {
  return status?.state === 'finished' ? 'ok' : 'bad';
}
