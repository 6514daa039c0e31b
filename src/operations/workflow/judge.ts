import type { JobStatus, PlannedJob, PlannedNeed, Standing, State } from './types.ts';

/** What is known of a job or a task from elsewhere than its status file. */
export interface EngineWord {
  readonly state: 'pending' | 'running' | 'gone' | 'unknown';
  /** Such as Slurm's reason why it waits. */
  readonly why?: string | undefined;
}

export interface Evidence {
  /** By job or `job.task`. */
  readonly statuses: ReadonlyMap<string, JobStatus>;
  /** Whether what says that it runs does so; asked only for those. */
  readonly wordOn: (job: PlannedJob, unit: string) => EngineWord;
  readonly slurmIdsOf: (job: PlannedJob) => readonly string[];
  readonly isStopped: boolean;
}

const bad: readonly State[] = ['failed', 'cancelled', 'never', 'lost'];

/** How each job stands. What is a status file's word is the truth; the engine is asked for the others. */
export function judge(jobs: readonly PlannedJob[], evidence: Evidence): Standing[] {
  const states = new Map<string, State>();
  return jobs.map((job) => {
    const units = unitsOf(job);
    const judged = units.map((unit) => ({ unit, ...judgeUnit(job, unit, { states, evidence }) }));
    const state = worst(judged.map((each) => each.state));
    states.set(job.name, state);
    const shown = judged.find((each) => each.state === state) ?? judged[0];
    return {
      name: job.name,
      kind: job.kind,
      state,
      tasks: job.array === undefined ? undefined : countStates(judged.map((each) => each.state)),
      unit: shown?.unit ?? job.name,
      status: shown?.status,
      slurmIds: evidence.slurmIdsOf(job),
      why: shown?.why,
    };
  });
}

/** `job`, or `job.1`, `job.2`… for the tasks of an array. */
export function unitsOf({ name, array }: PlannedJob): string[] {
  if (array === undefined) return [name];
  return Array.from({ length: array.end - array.start + 1 }, (_, index) => `${name}.${array.start + index}`);
}

interface Judged {
  readonly state: State;
  readonly status: JobStatus | undefined;
  readonly why: string | undefined;
}

function judgeUnit(
  job: PlannedJob,
  unit: string,
  { states, evidence }: { states: ReadonlyMap<string, State>; evidence: Evidence },
): Judged {
  const status = evidence.statuses.get(unit);
  if (status !== undefined && status.state !== 'running' && !wasEnded(status))
    return { state: status.state, status, why: whyEnded(status) };
  const word = evidence.wordOn(job, unit);
  if (status !== undefined && wasEnded(status) && !(job.isRequeued && ['pending', 'running'].includes(word.state)))
    return { state: 'failed', status, why: (word.state === 'gone' ? word.why : undefined) ?? status.why };
  if (status !== undefined) {
    // It may wait again, as its node failed.
    if (word.state !== 'gone') return { state: word.state, status, why: word.why };
    if (evidence.isStopped) return { state: 'cancelled', status, why: undefined };
    return {
      state: 'lost',
      status,
      why: word.why ?? 'it ended without a word: killed (out of memory?), or its node failed',
    };
  }
  const blocker = job.needs.find((need) => isBlocked(need, states.get(need.name)));
  if (blocker !== undefined) return { state: 'never', status, why: `\`${blocker.name}\` did not end well` };
  if (word.state !== 'gone') return { state: word.state, status, why: word.why };
  if (evidence.isStopped) return { state: 'cancelled', status, why: undefined };
  return { state: 'lost', status, why: word.why ?? 'it is gone without having begun' };
}

/** Whether Slurm has ended it, which may tell why. */
export function wasEnded({ state, why }: JobStatus): boolean {
  return state === 'failed' && why === 'ended from outside';
}

/** Whether Slurm may still know of it what no status file tells. */
export function isOpen(job: PlannedJob, statuses: ReadonlyMap<string, JobStatus>): boolean {
  return unitsOf(job).some((unit) => {
    const status = statuses.get(unit);
    return status === undefined || status.state === 'running' || wasEnded(status);
  });
}

function isBlocked({ on }: PlannedNeed, state: State | undefined): boolean {
  if (state === undefined) return false;
  if (on === 'any') return false;
  return bad.includes(state);
}

function whyEnded({ state, exit, why, try: tries }: JobStatus): string | undefined {
  if (state !== 'failed') return undefined;
  const said = why === '' ? `exit status ${exit}${exit === 137 ? ' (killed: out of memory?)' : ''}` : why;
  return tries > 1 ? `${said}, after ${tries} tries` : said;
}

/** The state of an array: that of the task which matters most. */
function worst(states: readonly State[]): State {
  // Part of it has begun or ended, and part is to come: it is at work.
  if (states.includes('pending') && states.some((state) => state !== 'pending')) return 'running';
  const order: readonly State[] = ['running', 'unknown', 'failed', 'lost', 'cancelled', 'never', 'pending'];
  return order.find((state) => states.includes(state)) ?? 'finished';
}

function countStates(states: readonly State[]): Partial<Record<State, number>> {
  const counts: Partial<Record<State, number>> = {};
  for (const state of states) counts[state] = (counts[state] ?? 0) + 1;
  return counts;
}

export type WorkflowState = 'running' | 'finished' | 'failed' | 'stopped' | 'waiting' | 'stalled';

/** How the whole stands; persistent services do not keep it from being finished. */
export function judgeWorkflow(standings: readonly Standing[], isStopped: boolean): WorkflowState {
  const counted = standings.filter(({ kind }) => kind !== 'stop' && kind !== 'clean');
  const has = (...states: readonly State[]): boolean => counted.some(({ state }) => states.includes(state));
  const isOver = standings.every(
    ({ kind, state }) =>
      (kind === 'service' && state === 'running') || !['pending', 'running', 'unknown'].includes(state),
  );
  if (!isOver) return has('running', 'unknown') || isStopped ? 'running' : 'waiting';
  if (isStopped && has('cancelled')) return 'stopped';
  return has('failed', 'lost', 'never', 'cancelled') ? 'failed' : 'finished';
}
