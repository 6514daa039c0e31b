import { lookUpProgram } from '../host/look-up.ts';
import { run } from '../host/run.ts';
import { CtinstallError } from '../lib/errors.ts';
import { saidLines } from '../lib/said-lines.ts';
import type { Submitted } from './states.ts';

type Environment = Readonly<Record<string, string | undefined>>;

/** A job that is given to Slurm: a script with its `#SBATCH` lines, and what it waits for. */
export interface Submission {
  readonly name: string;
  readonly script: string;
  /** Jobs of the same submission. */
  readonly needs: readonly { readonly name: string; readonly on: 'ok' | 'any' | 'begin' }[];
  /** Numbers of tasks, in order; undefined where it is no array. */
  readonly tasks: readonly number[] | undefined;
  /** Of tasks that run at once; 0 for no limit. */
  readonly concurrency: number;
  readonly hasPartition: boolean;
  readonly hasAccount: boolean;
}

export interface SubmitOptions {
  /** By which all jobs of a submission are found again. */
  readonly comment: string;
  readonly environment: Environment;
  readonly signal?: AbortSignal | undefined;
}

/** More at a time make slurmctld no faster. */
const atOnce = 4;

/**
 * Gives all jobs to Slurm, held: none begins before {@link releaseJobs}. Each is submitted when those that it waits for have
 * their numbers.
 * @throws CtinstallError for the first that Slurm does not take; others may be in by then
 */
export async function submitHeld(
  submissions: readonly Submission[],
  options: SubmitOptions,
): Promise<Map<string, readonly Submitted[]>> {
  const sbatch = await requireProgram('sbatch', options.environment);
  const mostIndex = submissions.some(({ tasks }) => tasks !== undefined)
    ? await maxArraySize(options.environment)
    : 1001;
  const done = new Map<string, readonly Submitted[]>();
  const waiting = new Set(submissions);
  let failure: unknown;
  const work = new Set<Promise<void>>();
  while ((waiting.size > 0 || work.size > 0) && failure === undefined && !options.signal?.aborted) {
    const ready = [...waiting].filter(({ needs }) => needs.every(({ name }) => done.has(name)));
    for (const submission of ready.slice(0, atOnce - work.size)) {
      waiting.delete(submission);
      const one = submitOne(sbatch, submission, { done, mostIndex, options })
        .then((ids) => void done.set(submission.name, ids))
        .catch((error: unknown) => {
          failure ??= error;
        })
        .finally(() => work.delete(one));
      work.add(one);
    }
    await Promise.race(work);
  }
  // What is on its way gets in: who takes all back has to find it.
  await Promise.all(work);
  if (failure !== undefined) throw failure;
  if (options.signal?.aborted) throw new CtinstallError('interrupted', 'interrupted');
  return done;
}

async function submitOne(
  sbatch: string,
  submission: Submission,
  {
    done,
    mostIndex,
    options,
  }: { done: ReadonlyMap<string, readonly Submitted[]>; mostIndex: number; options: SubmitOptions },
): Promise<Submitted[]> {
  const { tasks, concurrency, script } = submission;
  const chunks = tasks === undefined ? [undefined] : chunkTasks(tasks, mostIndex);
  const limit = concurrency === 0 ? '' : `%${Math.max(1, Math.floor(concurrency / chunks.length))}`;
  const submitted: Submitted[] = [];
  for (const chunk of chunks) {
    const array = chunk === undefined ? [] : [`--array=${chunk.list}${limit}`];
    const argv = [
      ...['--parsable', '--hold', `--comment=${options.comment}`],
      ...dependencyFlags(submission, done),
      ...array,
      script,
      ...(chunk === undefined ? [] : [String(chunk.shift)]),
    ];
    const { exitCode, stdout, stderr } = await run([sbatch, ...argv], {
      env: environmentOf(submission, options.environment),
    });
    const [, id] = /^(\d+)/.exec(stdout.trim()) ?? [];
    if (exitCode !== 0 || id === undefined) throw refusal(submission.name, stderr);
    submitted.push({ id, array: chunk && { first: chunk.first, last: chunk.last, shift: chunk.shift } });
  }
  return submitted;
}

function dependencyFlags({ needs }: Submission, done: ReadonlyMap<string, readonly Submitted[]>): string[] {
  const words = { ok: 'afterok', any: 'afterany', begin: 'after' } as const;
  const parts = needs.flatMap(({ name, on }) => (done.get(name) ?? []).map(({ id }) => `${words[on]}:${id}`));
  return parts.length === 0 ? [] : [`--dependency=${[...new Set(parts)].join(',')}`, '--kill-on-invalid-dep=yes'];
}

/** Lets jobs begin; what waits for others first. */
export async function releaseJobs(ids: readonly string[], environment: Environment): Promise<void> {
  const scontrol = await requireProgram('scontrol', environment);
  const { exitCode, stderr } = await run([scontrol, 'release', ids.toReversed().join(',')], { env: environment });
  if (exitCode !== 0) throw refusal('the workflow', stderr);
}

/** What a user or a site has set for all jobs comes along, as far as a job does not say it itself; secrets do not. */
export function environmentOf(
  { hasPartition, hasAccount }: Pick<Submission, 'hasPartition' | 'hasAccount'>,
  environment: Environment,
): Environment {
  const kept = [
    'QOS',
    'CONSTRAINT',
    'RESERVATION',
    'CLUSTERS',
    ...(hasPartition ? [] : ['PARTITION']),
    ...(hasAccount ? [] : ['ACCOUNT']),
  ];
  return Object.fromEntries(
    Object.entries(environment).filter(([name]) => {
      const [, option] = /^SBATCH_(.*)$/.exec(name) ?? [];
      if (option !== undefined) return kept.includes(option);
      return !/^(CT_SECRET_|(APPTAINER|SINGULARITY)(ENV)?_|SLURM_(?!CONF))/.test(name);
    }),
  );
}

interface Chunk {
  readonly list: string;
  readonly first: number;
  readonly last: number;
  readonly shift: number;
}

/** Slurm limits the number of a task, not how many there are: `--array` begins at 0, and the rest makes further arrays. */
export function chunkTasks(tasks: readonly number[], mostIndex: number): Chunk[] {
  const chunks: Chunk[] = [];
  let rest = tasks;
  while (rest.length > 0) {
    const shift = rest[0] ?? 0;
    const within = rest.filter((task) => task - shift < mostIndex);
    rest = rest.slice(within.length);
    const indexes = within.map((task) => task - shift);
    chunks.push({ list: rangesOf(indexes), first: 0, last: indexes.at(-1) ?? 0, shift });
  }
  return chunks;
}

function rangesOf(numbers: readonly number[]): string {
  const ranges: [number, number][] = [];
  for (const number of numbers) {
    const last = ranges.at(-1);
    if (last !== undefined && number === last[1] + 1) last[1] = number;
    else ranges.push([number, number]);
  }
  return ranges.map(([from, to]) => (from === to ? `${from}` : `${from}-${to}`)).join(',');
}

/** The number of tasks that fit: `MaxArraySize` is one more than the highest number. */
async function maxArraySize(environment: Environment): Promise<number> {
  const scontrol = await requireProgram('scontrol', environment);
  const { stdout } = await run([scontrol, 'show', 'config'], { env: environment });
  return Number(/^MaxArraySize\s*=\s*(\d+)/m.exec(stdout)?.[1] ?? 1001);
}

export async function requireProgram(name: string, environment: Environment): Promise<string> {
  const path = await lookUpProgram(name, environment.PATH);
  if (path === undefined) throw new CtinstallError('slurm-missing', `there is no \`${name}\` on PATH`);
  return path;
}

function refusal(name: string, stderr: string): CtinstallError {
  return (
    didNotAnswer(stderr) ??
    new CtinstallError('workflow-failed', `Slurm does not take \`${name}\``, {
      details: saidLines(stderr, 5),
      hint: 'see what the Fuzzfile asks for it: cores, memory, devices, `slurm`',
    })
  );
}

export function didNotAnswer(stderr: string): CtinstallError | undefined {
  return /unable to contact|connect|timed out/i.test(stderr)
    ? new CtinstallError('workflow-failed', 'Slurm does not answer', {
        details: saidLines(stderr, 5),
        hint: 'try again later: nothing was started',
      })
    : undefined;
}
