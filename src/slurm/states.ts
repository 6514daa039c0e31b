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
    { env: environment },
  );
  // None of them is known any more.
  if (result.exitCode !== 0) return /Invalid job id/i.test(result.stderr) ? new Map() : 'no-answer';
  return parseQueue(result.stdout);
}

/** Reads lines such as `17|PENDING|Dependency`, `18_3|RUNNING|None`, `18_[4-6%2]|PENDING|Resources`. */
export function parseQueue(text: string): Map<string, SlurmWord> {
  const words = new Map<string, SlurmWord>();
  for (const line of text.split('\n')) {
    const [id = '', state = '', reason = ''] = line.trim().split('|');
    const [, job = '', task = ''] = /^(\d+)(?:_(\d+|\[.*\]))?/.exec(id) ?? [];
    if (job === '') continue;
    words.set(task === '' || task.startsWith('[') ? job : `${job}_${task}`, wordOf(state, reason));
  }
  return words;
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
