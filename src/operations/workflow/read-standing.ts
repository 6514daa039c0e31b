import { listDirectory, statIfThere } from '../../host/files.ts';
import { readTextsIfThere } from '../../host/many-files.ts';
import { judgeProcess, type ProcessIdentity } from '../../host/process-identity.ts';
import { isRunningScript } from '../../host/running-script.ts';
import { joinHost } from '../../lib/paths.ts';
import { askStates, type Submitted } from '../../slurm/states.ts';
import type { Context } from '../context.ts';
import { type EngineWord, isOpen, judge, judgeWorkflow, unitsOf, type WorkflowState } from './judge.ts';
import { parseJson, readJsonIfThere, scriptOf } from './run-directory.ts';
import type { JobStatus, PlannedJob, RunDirectory, Standing } from './types.ts';

export interface RunStanding {
  readonly standings: readonly Standing[];
  readonly state: WorkflowState;
  /** What keeps it from going on, and what to do about it. */
  readonly note: string | undefined;
}

/** `slurm.json`: the numbers of the jobs, by name. `refused`: Slurm was asked beforehand, and got none of them. */
export interface SlurmNote {
  readonly phase: 'submitting' | 'submitted' | 'refused';
  readonly by?: ProcessIdentity | undefined;
  readonly jobs: Readonly<Record<string, readonly Submitted[]>>;
}

/** Whether something of it runs, waits, or could go on. */
export function isAtWork(standing: RunStanding): boolean {
  return ['running', 'waiting', 'stalled'].includes(standing.state) || hasRunning(standing);
}

/** A service that lasts may run when all else has ended. */
export function hasRunning({ standings }: RunStanding): boolean {
  return standings.some(({ state }) => state === 'running');
}

export async function readStanding(found: RunDirectory, context: Context): Promise<RunStanding> {
  const { directory, run } = found;
  const statuses = await readStatuses(found);
  const isStopped = (await statIfThere(joinHost(directory, 'stopped'))) !== undefined;
  const { wordOn, slurmIdsOf, note } =
    run.engine === 'slurm' ? await askSlurm(found, statuses, context) : await askLocal(found, statuses, isStopped);
  const first = judge(run.jobs, { statuses, wordOn, slurmIdsOf, isStopped });
  const standings = first.some((each) => each.state === 'lost')
    ? judge(run.jobs, { ...(await readAgain(found, statuses, wordOn)), slurmIdsOf, isStopped })
    : first;
  const state = judgeWorkflow(standings, isStopped);
  const isOpen = state === 'running' || state === 'waiting';
  return { standings, state: isOpen && note !== undefined ? 'stalled' : state, note: isOpen ? note : undefined };
}

/**
 * What ended while the engine was asked about it has told of it by now. The engine's words stay as they are: asked again, they
 * could be too early for another job.
 */
async function readAgain(found: RunDirectory, before: ReadonlyMap<string, JobStatus>, wordOn: Words['wordOn']) {
  const statuses = await readStatuses(found);
  return { statuses, wordOn: wordSince(wordOn, before, statuses) };
}

/** An engine's words for status files that are later than they: what began since then, or began again, runs. */
export function wordSince(
  wordOn: Words['wordOn'],
  before: ReadonlyMap<string, JobStatus>,
  now: ReadonlyMap<string, JobStatus>,
): Words['wordOn'] {
  return (job, unit) => {
    const [then, status] = [before.get(unit), now.get(unit)];
    const isSame = then?.state === 'running' && then.pid === status?.pid && then.host === status.host;
    return status?.state === 'running' && !isSame ? { state: 'running' } : wordOn(job, unit);
  };
}

/** All status files that are whole. */
export async function readStatuses({ directory }: Pick<RunDirectory, 'directory'>): Promise<Map<string, JobStatus>> {
  const parent = joinHost(directory, 'status');
  const names = (await listDirectory(parent)).map(({ name }) => name).filter((name) => !name.endsWith('~'));
  const texts = await readTextsIfThere(names.map((name) => joinHost(parent, name)));
  return new Map(
    names.flatMap((name, index) => {
      const text = texts[index];
      const status = typeof text === 'string' ? parseJson<JobStatus>(text) : undefined;
      return status === undefined ? [] : [[name, status] as const];
    }),
  );
}

interface Words {
  readonly wordOn: (job: PlannedJob, unit: string) => EngineWord;
  readonly slurmIdsOf: (job: PlannedJob) => readonly string[];
  readonly note: string | undefined;
}

async function askLocal(
  { directory, run }: RunDirectory,
  statuses: ReadonlyMap<string, JobStatus>,
  isStopped: boolean,
): Promise<Words> {
  const engine = await readJsonIfThere<ProcessIdentity>(joinHost(directory, 'engine.json'));
  const verdict = engine === undefined ? 'dead' : await judgeProcess(engine);
  const alive = new Set<string>();
  for (const job of run.jobs)
    for (const unit of unitsOf(job)) {
      const status = statuses.get(unit);
      if (status?.state !== 'running') continue;
      if (verdict === 'unknown' || (await isRunningScript(status.pid, scriptOf(directory, job.name)))) alive.add(unit);
    }
  const note =
    verdict === 'dead'
      ? `nothing runs it any more: \`ctinstall workflow resume ${run.id}\` goes on with it`
      : undefined;
  return {
    wordOn: (_, unit) => {
      if (alive.has(unit)) return { state: 'running' };
      if (statuses.has(unit) || (isStopped && verdict === 'dead')) return { state: 'gone' };
      return verdict === 'dead' ? { state: 'pending', why: 'nothing runs the workflow' } : { state: 'pending' };
    },
    slurmIdsOf: () => [],
    note,
  };
}

async function askSlurm(
  { directory, run }: RunDirectory,
  statuses: ReadonlyMap<string, JobStatus>,
  { environment }: Context,
): Promise<Words> {
  const note = await readJsonIfThere<SlurmNote>(joinHost(directory, 'slurm.json'));
  // A job may be called `constructor`.
  const jobs = new Map(Object.entries(note?.jobs ?? {}));
  const open = run.jobs.filter((job) => isOpen(job, statuses));
  const ids = open.flatMap(({ name }) => jobs.get(name) ?? []);
  const asked = ids.length === 0 ? new Map<string, EngineWord>() : await askStates(ids, environment);
  const isWhole = note !== undefined && note.phase !== 'submitting';
  const isAlive = note?.by !== undefined && (await judgeProcess(note.by)) !== 'dead';
  // Killed after the release it left nothing undone.
  const isReleased =
    open.every(({ name }) => jobs.has(name)) && asked !== 'no-answer' && ![...asked.values()].some(isHeld);
  return {
    wordOn: (job, unit) => {
      if (asked === 'no-answer') return { state: 'unknown', why: 'Slurm does not answer' };
      const submitted = jobs.get(job.name) ?? [];
      if (submitted.length === 0) return isWhole ? { state: 'gone' } : { state: 'pending' };
      const task = job.array === undefined ? undefined : Number(unit.slice(job.name.length + 1));
      return wordOfTask(submitted, task, asked);
    },
    slurmIdsOf: ({ name }) => (jobs.get(name) ?? []).map(({ id }) => id),
    note:
      isWhole || isAlive || isReleased
        ? undefined
        : `its submission was broken off, and its jobs are held: \`ctinstall workflow resume ${run.id}\`, or \`stop ${run.id}\``,
  };
}

function isHeld({ why }: EngineWord): boolean {
  return why?.includes('JobHeldUser') === true;
}

function wordOfTask(
  submitted: readonly Submitted[],
  task: number | undefined,
  asked: ReadonlyMap<string, EngineWord>,
): EngineWord {
  for (const { id, array } of submitted) {
    if (task === undefined || array === undefined) return asked.get(id) ?? { state: 'gone' };
    const index = task - array.shift;
    // Where Slurm's list of tasks that wait is cut short, its word is for all of the job.
    if (index >= array.first && index <= array.last)
      return asked.get(`${id}_${index}`) ?? asked.get(id) ?? { state: 'gone' };
  }
  return { state: 'gone' };
}
