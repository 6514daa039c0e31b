import { userInfo } from 'node:os';
import { lookUpProgram } from '../host/look-up.ts';
import { runOrFail } from '../host/run.ts';
import { CtinstallError } from '../lib/errors.ts';

type Environment = Readonly<Record<string, string | undefined>>;

/**
 * Cancels jobs in one call: those that wait for one of them must not begin in between. With `comment`, also the user's jobs
 * that have it, but for those in `except`.
 */
export async function cancelJobs(
  ids: readonly string[],
  {
    comment,
    except = [],
    environment,
  }: {
    readonly comment: string | undefined;
    readonly except?: readonly string[];
    readonly environment: Environment;
  },
): Promise<void> {
  const hasSqueue = (await lookUpProgram('squeue', environment.PATH)) !== undefined;
  const named = comment === undefined || !hasSqueue ? [] : await findByComment(comment, environment);
  const all = [...new Set([...ids, ...named])].filter((id) => !except.includes(id));
  if (all.length === 0) return;
  const scancel = await lookUpProgram('scancel', environment.PATH);
  if (scancel === undefined) throw new CtinstallError('slurm-missing', 'there is no `scancel` on PATH');
  // The last first: what waits for others.
  await runOrFail([scancel, ...all.toReversed()], { env: environment }, 'cancelling the jobs');
}

/** Numbers of the user's jobs that have it, and are not over. @throws CtinstallError `slurm-missing`, or where Slurm does not answer */
export async function findByComment(comment: string, environment: Environment): Promise<string[]> {
  const squeue = await lookUpProgram('squeue', environment.PATH);
  if (squeue === undefined) throw new CtinstallError('slurm-missing', 'there is no `squeue` on PATH');
  const { stdout } = await runOrFail(
    [squeue, '--noheader', '--format=%A|%k', `--user=${userInfo().username}`],
    { env: environment },
    'looking for the jobs',
  );
  return stdout.split('\n').flatMap((line) => {
    const [id = '', ...rest] = line.trim().split('|');
    return rest.join('|') === comment ? [id] : [];
  });
}
