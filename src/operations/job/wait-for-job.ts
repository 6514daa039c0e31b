import { setTimeout as sleep } from 'node:timers/promises';
import { statIfThere } from '../../host/files.ts';
import { readFrom } from '../../host/read-from.ts';
import { hostPath } from '../../lib/paths.ts';
import { cancelJobs } from '../../slurm/cancel.ts';
import { explainEnd, type JobState, readJobStates } from '../../slurm/job-state.ts';
import type { Context } from '../context.ts';

export interface EndedJob {
  /** Slurm's word of the job, or of the task of an array that ended worst; undefined where Slurm knows it no more. */
  readonly state: string | undefined;
  readonly status: number;
  /** What that means, where the status does not say it all. */
  readonly reason: string | undefined;
}

/** Milliseconds between two looks. */
const often = 500;
const seldom = 5000;
/** How many there are before they get seldom, so that a job that waits for long is no burden to Slurm. */
const mostOften = 120;

/**
 * Hands on the output of a job as it grows, until it has ended. An interruption cancels the job. The output of an array is not
 * followed: each task has a file.
 */
export async function waitForJob(
  id: string,
  write: (piece: Buffer) => void,
  { environment, signal, reporter }: Context,
): Promise<EndedJob> {
  let at = 0;
  let restarts = 0;
  let output: string | undefined;
  const handOn = async (): Promise<void> => {
    if (output === undefined) return;
    for (let piece = await readFrom(output, at); piece.length > 0; piece = await readFrom(output, at)) {
      write(piece);
      at += piece.length;
    }
  };
  try {
    for (let looks = 0; ; looks++) {
      const jobs = await readJobStates(id, environment);
      const [only, ...others] = jobs ?? [];
      if (others.length === 0) output = only?.output ?? output;
      if (only !== undefined && only.restarts > restarts) {
        restarts = only.restarts;
        reporter.report({
          event: 'note',
          message: `job ${id} is in the queue again: a node failed, or Slurm took it back`,
        });
      }
      // Slurm empties it then.
      if (output !== undefined && ((await statIfThere(hostPath(output)))?.size ?? 0) < at) at = 0;
      await handOn();
      if (jobs?.every(({ hasEnded }) => hasEnded)) return worstOf(jobs);
      await sleep(looks < mostOften ? often : seldom, undefined, { signal });
    }
  } catch (error) {
    if (signal.aborted) {
      await cancelJobs([id], { comment: undefined, environment });
      reporter.report({ event: 'note', message: `job ${id} is cancelled` });
    }
    throw error;
  }
}

function worstOf(jobs: readonly JobState[]): EndedJob {
  const worst = jobs.toSorted((one, other) => other.status - one.status)[0];
  const { state, status } = worst ?? { state: undefined, status: 1 };
  return { state, status, reason: status === 0 ? undefined : explainEnd(state, status) };
}
