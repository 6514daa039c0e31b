import { lookUpProgram } from '../host/look-up.ts';
import { run } from '../host/run.ts';

type Environment = Readonly<Record<string, string | undefined>>;

/** A job that Slurm has taken; of an array, which tasks: `shift` is what is added to Slurm's number of a task. */
export interface Submitted {
  readonly id: string;
  readonly array?: { readonly first: number; readonly last: number; readonly shift: number } | undefined;
}

export interface SlurmWord {
  readonly state: 'pending' | 'running' | 'gone';
  readonly why?: string | undefined;
}

/**
 * How jobs stand, by `id` or `id_task`, in one call for all; those that Slurm no longer knows are not among them. Asks `squeue`
 * only, which needs no accounting.
 */
export async function askStates(
  submitted: readonly Submitted[],
  environment: Environment,
): Promise<ReadonlyMap<string, SlurmWord> | 'no-answer'> {
  const squeue = await lookUpProgram('squeue', environment.PATH);
  if (squeue === undefined) return 'no-answer';
  const ids = [...new Set(submitted.map(({ id }) => id))];
  const result = await run(
    [squeue, '--all', '--states=all', '--noheader', '--array-unique', '--format=%i|%T|%r', `--jobs=${ids.join(',')}`],
    // Else the list of tasks that wait is cut at 64 characters (SLURM_BITSTR_LEN in squeue's manual).
    { env: { ...environment, SLURM_BITSTR_LEN: '0' } },
  );
  // None of them is known any more.
  if (result.exitCode !== 0) return /Invalid job id/i.test(result.stderr) ? new Map() : 'no-answer';
  return parseQueue(result.stdout);
}

/**
 * Reads lines such as `17|PENDING|Dependency`, `18_3|RUNNING|None`, `18_[4-6,9%2]|PENDING|Resources`. A list that is cut short
 * (`18_[1,3,...]`) counts for all tasks of its job of which nothing else is said.
 */
export function parseQueue(text: string): Map<string, SlurmWord> {
  const words = new Map<string, SlurmWord>();
  for (const line of text.split('\n')) {
    const [id = '', state = '', reason = ''] = line.trim().split('|');
    const [, job = '', task = ''] = /^(\d+)(?:_(\d+|\[.*\]))?/.exec(id) ?? [];
    if (job === '') continue;
    const word = wordOf(state, reason);
    const tasks = tasksIn(task);
    if (tasks === undefined) words.set(job, word);
    else for (const each of tasks) words.set(`${job}_${each}`, word);
  }
  return words;
}

/** Of `3`, `[4-6,9%2]` or `[0-8:4]`; undefined where it names no task, or not all. */
function tasksIn(text: string): number[] | undefined {
  if (text === '' || text.includes('...')) return undefined;
  return text
    .replace(/^\[|%\d+|\]$/g, '')
    .split(',')
    .flatMap((range) => {
      const [, first, last = first, step = 1] = /^(\d+)(?:-(\d+))?(?::(\d+))?$/.exec(range) ?? [];
      const tasks: number[] = [];
      for (let at = Number(first); at <= Number(last); at += Math.max(1, Number(step))) tasks.push(at);
      return tasks;
    });
}

function wordOf(state: string, reason: string): SlurmWord {
  const why = reason === '' || reason === 'None' ? undefined : reason;
  if (['PENDING', 'REQUEUED', 'REQUEUE_HOLD', 'SPECIAL_EXIT', 'CONFIGURING'].includes(state))
    return reason === 'DependencyNeverSatisfied'
      ? { state: 'gone', why }
      : { state: 'pending', why: why && `Slurm: ${why}` };
  if (['RUNNING', 'COMPLETING', 'SUSPENDED', 'STOPPED', 'RESIZING', 'SIGNALING', 'STAGE_OUT'].includes(state))
    return { state: 'running' };
  return { state: 'gone', why: `Slurm: ${state}${why === undefined ? '' : `, ${why}`}` };
}
