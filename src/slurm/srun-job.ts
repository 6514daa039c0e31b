import { lookUpProgram } from '../host/look-up.ts';
import { run } from '../host/run.ts';
import { CtinstallError } from '../lib/errors.ts';
import type { HostPath } from '../lib/paths.ts';
import type { SlurmSettings } from '../settings/types.ts';

type Environment = Readonly<Record<string, string | undefined>>;

/** A job step of Slurm that is about to run a script. */
export interface SlurmJob {
  /** The command line that runs it, and streams what it says. */
  readonly argv: readonly [string, ...string[]];
  /** Takes a line that came on stderr; gives what it says of the job, if anything. */
  readonly takeLine: (line: string) => string | undefined;
  /** `4711.0` as soon as it runs. */
  readonly id: () => string | undefined;
  /** Asks what runs to end, and to clear up. @throws Error where that cannot be done: it does not run yet, say */
  readonly askToEnd: () => Promise<void>;
}

export interface SlurmOptions {
  /** Of the job: `ctinstall-install`. */
  readonly name: string;
  readonly settings: SlurmSettings;
  /** 0: as many as are usual. */
  readonly processors: number;
  /** Seen on all nodes. */
  readonly directory: HostPath;
  readonly environment: Environment;
}

/** More than these make packing an image hardly faster, and the job waits longer. */
const usualProcessors = 16;

/**
 * Prepares a job of one task on one node by `srun`, or a step where this shell is in a job already.
 * @throws CtinstallError `slurm-missing` where there is no `srun`
 */
export async function prepareSlurmJob(command: readonly string[], options: SlurmOptions): Promise<SlurmJob> {
  const { environment } = options;
  const srun = await lookUpProgram('srun', environment.PATH);
  if (srun === undefined)
    throw new CtinstallError('slurm-missing', 'there is no `srun` on PATH: this machine has no Slurm, or not here', {
      hint: 'leave `--slurm` out to do it on this node',
    });
  // Its first words say where it runs: srun tells the job only when that has to wait.
  const tell = 'printf "ctinstall-job %s.%s %s\\n" "$SLURM_JOB_ID" "$SLURM_STEP_ID" "$SLURMD_NODENAME" >&2; exec "$@"';
  let id: string | undefined;
  return {
    argv: [srun, ...(await flagsOfJob(options)), ...['bash', '-p', '-c', tell, 'ctinstall', ...command]],
    takeLine: (line) => {
      const [, step, node = ''] = /^ctinstall-job (\d+\.\d+) (\S*)$/.exec(line) ?? [];
      if (step === undefined) return /^srun: job /.test(line) ? line.replace('srun: job', 'Slurm job') : undefined;
      id = step;
      return `Slurm job ${step.split('.')[0]} works on ${node}`;
    },
    id: () => id,
    askToEnd: async () => {
      // srun itself would kill it, with no time to clear up.
      const scancel = await lookUpProgram('scancel', environment.PATH);
      if (id === undefined || scancel === undefined) throw new Error('no job step to cancel');
      const { exitCode } = await run([scancel, '--signal=TERM', id], { env: environment });
      if (exitCode !== 0) throw new Error(`scancel ended with ${exitCode}`);
    },
  };
}

/** Flags of `srun` and `sbatch` for a job of one task on one node. */
export async function flagsOfJob(options: SlurmOptions): Promise<string[]> {
  const { name, settings, directory } = options;
  const given = Object.entries({
    '--cpus-per-task': options.processors || (await chooseProcessors(options)),
    '--partition': settings.partition,
    '--account': settings.account,
    '--time': settings.time,
  }).flatMap(([flag, value]) => (value === undefined ? [] : [`${flag}=${value}`]));
  return [
    ...['--nodes=1', '--ntasks=1', `--job-name=${name}`, '--export=ALL', `--chdir=${directory}`],
    ...given,
    ...settings.options.map((option) => `--${option}`),
  ];
}

/** As many as every node of the partition has; undefined leaves it to Slurm. */
async function chooseProcessors({ settings, environment }: SlurmOptions): Promise<number | undefined> {
  // In a job already: all that it has on this node.
  if (environment.SLURM_JOB_ID) {
    const granted = Number(environment.SLURM_CPUS_PER_TASK ?? environment.SLURM_CPUS_ON_NODE);
    return granted > 0 ? granted : undefined;
  }
  const sinfo = await lookUpProgram('sinfo', environment.PATH);
  if (sinfo === undefined) return undefined;
  const asked = settings.partition === undefined ? [] : [`--partition=${settings.partition}`];
  const { stdout } = await run([sinfo, '--noheader', '--format=%c', ...asked], { env: environment });
  const counts = [...stdout.matchAll(/^(\d+)\+?$/gm)].map(([, count]) => Number(count));
  return counts.length === 0 ? undefined : Math.min(usualProcessors, ...counts);
}
