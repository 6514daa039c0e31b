import type { HostPath } from '../../lib/paths.ts';
import type { Settings } from '../../settings/types.ts';
import { renderSbatch, type SlurmRequest } from '../../slurm/sbatch-lines.ts';
import type { PlannedJob } from './types.ts';

/** Seconds that the runtime may take to start and end beside the work. */
const margin = 60;

/** What `#SBATCH` lines say of a job. */
export function sbatchLines(
  job: PlannedJob,
  jobs: readonly PlannedJob[],
  { id, directory, settings }: { readonly id: string; readonly directory: HostPath; readonly settings: Settings },
): string[] {
  const request: SlurmRequest = {
    ...job,
    jobName: `${id}.${job.name}`,
    directory,
    // An array's tasks have logs of their own, by the numbers of the Fuzzfile.
    log: job.array === undefined ? `logs/${job.name}.log` : `logs/${job.name}.slurm.log`,
    seconds: job.seconds === undefined ? limitOf(job, jobs) : job.seconds * job.tries + margin,
    partition: job.slurm.partition ?? settings.slurm.partition,
    account: job.slurm.account ?? settings.slurm.account,
    options: [...settings.slurm.options, ...job.slurm.options],
  };
  return renderSbatch(request);
}

/** How often after each other tasks of an array run that may not all run at once. */
function roundsOf(array: PlannedJob['array']): number {
  return array === undefined || array.concurrency === 0
    ? 1
    : Math.ceil((array.end - array.start + 1) / array.concurrency);
}

/** A service runs as long as all that wait for it may take, if that is known. */
function limitOf(job: PlannedJob, jobs: readonly PlannedJob[]): number | undefined {
  if (job.kind === 'stop' || job.kind === 'clean') return 300;
  if (job.kind !== 'service') return undefined;
  const users = jobs.filter(({ kind, needs }) => kind === 'job' && needs.some(({ name }) => name === job.name));
  const limits = users.map(({ seconds, tries, array }) =>
    seconds === undefined ? undefined : seconds * tries * roundsOf(array),
  );
  return users.length === 0 || limits.includes(undefined)
    ? undefined
    : limits.reduce<number>((sum, limit) => sum + (limit ?? 0), 600);
}
