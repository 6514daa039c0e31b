import type { Trial } from '../../slurm/try-jobs.ts';
import type { PlannedJob } from './types.ts';

/** What is to be asked of Slurm: each request once, whichever jobs make it. */
export function trialsOf(
  jobs: readonly { readonly job: Pick<PlannedJob, 'name' | 'slurm'>; readonly script: string }[],
): Trial[] {
  const trials = new Map<string, Trial>();
  for (const { job, script } of jobs) {
    const lines = script
      .split('\n')
      .filter((line) => line.startsWith('#SBATCH ') && !/ --(job-name|output)=/.test(line));
    const key = lines.join('\n');
    trials.set(key, {
      names: [...(trials.get(key)?.names ?? []), job.name],
      text: script,
      hasPartition: job.slurm.partition !== undefined,
      hasAccount: job.slurm.account !== undefined,
    });
  }
  return [...trials.values()];
}
