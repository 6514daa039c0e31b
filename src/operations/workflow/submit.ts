import { statIfThere, writeFileWhole } from '../../host/files.ts';
import { identifyThisProcess } from '../../host/process-identity.ts';
import { CtinstallError } from '../../lib/errors.ts';
import { joinHost } from '../../lib/paths.ts';
import { cancelJobs } from '../../slurm/cancel.ts';
import type { Submitted } from '../../slurm/states.ts';
import { releaseJobs, type Submission, type SubmitOptions, submitHeld } from '../../slurm/submit.ts';
import { tryJobs } from '../../slurm/try-jobs.ts';
import type { Context } from '../context.ts';
import { unitsOf } from './judge.ts';
import { readStatuses, type SlurmNote } from './read-standing.ts';
import { readJsonIfThere, readScript, scriptOf } from './run-directory.ts';
import { trialsOf } from './trials.ts';
import type { JobStatus, PlannedJob, RunDirectory } from './types.ts';

/**
 * Gives to Slurm what of a run has no status yet: all of it held, then released; or nothing.
 * @throws CtinstallError with what Slurm says
 */
export async function submitRun(found: RunDirectory, { environment, signal }: Context): Promise<void> {
  const { directory, run } = found;
  const statuses = await readStatuses(found);
  const open = run.jobs.filter((job) => unitsOf(job).some((unit) => statuses.get(unit) === undefined));
  const names = new Set(open.map(({ name }) => name));
  const submissions = open.map((job) => submissionOf(job, { found, names, statuses }));
  const comment = commentOf(found);
  const options: SubmitOptions = { comment, environment, signal };
  const by = await identifyThisProcess(environment);
  const earlier = Object.entries(
    (await readJsonIfThere<SlurmNote>(joinHost(directory, 'slurm.json')))?.jobs ?? {},
  ).filter(([name]) => !names.has(name));
  // A service of them may run, whatever becomes of these.
  const note = (phase: SlurmNote['phase'], jobs: Iterable<[string, readonly Submitted[]]>): Promise<void> => {
    const text = JSON.stringify({ phase, by, jobs: Object.fromEntries([...earlier, ...jobs]) });
    return writeFileWhole(joinHost(directory, 'slurm.json'), `${text}\n`, 0o644);
  };
  await note('submitting', []);
  let known: readonly string[] = [];
  let isAnyIn = false;
  try {
    const scripts = open.map(async (job) => ({ job, script: await readScript(found, job.name) }));
    await tryJobs(trialsOf(await Promise.all(scripts)), options);
    isAnyIn = true;
    const jobs: Map<string, readonly Submitted[]> = await submitHeld(submissions, options);
    known = open.flatMap(({ name }) => (jobs.get(name) ?? []).map(({ id }) => id));
    await note('submitting', jobs);
    if ((await statIfThere(joinHost(directory, 'stopped'))) !== undefined)
      throw new CtinstallError('interrupted', `${run.id} was stopped while it was submitted`);
    await releaseJobs(known, environment);
    await note('submitted', jobs);
  } catch (error) {
    await writeFileWhole(joinHost(directory, 'stopped'), '', 0o644).catch(() => undefined);
    // What Slurm does not take back now, the next command finds.
    const except = earlier.flatMap(([, submitted]) => submitted.map(({ id }) => id));
    const isTakenBack = await (isAnyIn ? cancelJobs(known, { comment, except, environment }) : Promise.resolve())
      .then(() => note(isAnyIn ? 'submitted' : 'refused', []))
      .then(
        () => true,
        () => false,
      );
    if (isTakenBack || !(error instanceof CtinstallError)) throw error;
    throw new CtinstallError(error.code, error.message, {
      details: error.details,
      hint: `jobs may be left in Slurm, held: once it answers, \`ctinstall workflow stop ${run.id}\` or \`resume ${run.id}\``,
    });
  }
}

/** By which the jobs of a run are found. */
export function commentOf({ directory }: Pick<RunDirectory, 'directory'>): string {
  return `ctinstall:${directory}`;
}

function submissionOf(
  job: PlannedJob,
  {
    found,
    names,
    statuses,
  }: { found: RunDirectory; names: ReadonlySet<string>; statuses: ReadonlyMap<string, JobStatus> },
): Submission {
  const tasks = unitsOf(job)
    .filter((unit) => statuses.get(unit) === undefined)
    .map((unit) => Number(unit.slice(job.name.length + 1)));
  return {
    name: job.name,
    script: scriptOf(found.directory, job.name),
    // A job that ended before is none that Slurm knows: it would take any number for one that ended well.
    needs: job.needs.filter(({ name }) => names.has(name)),
    tasks: job.array === undefined ? undefined : tasks,
    concurrency: job.array?.concurrency ?? 0,
    hasPartition: job.slurm.partition !== undefined,
    hasAccount: job.slurm.account !== undefined,
  };
}
