import { run } from '../../host/run.ts';
import { CtinstallError } from '../../lib/errors.ts';
import { joinHost } from '../../lib/paths.ts';
import type { SlurmSettings } from '../../settings/types.ts';
import { prepareSlurmJob } from '../../slurm/srun-job.ts';
import type { Context } from '../context.ts';

export interface InJobOptions {
  /** The words after `ctinstall`. */
  readonly argv: readonly [string, ...string[]];
  readonly settings: SlurmSettings;
  /** Gets what it writes to stdout, piece by piece. */
  readonly write: (piece: string) => void;
  /** Gets the lines that it writes to stderr. */
  readonly writeLine: (line: string) => void;
}

/**
 * Runs a command line of ctinstall in a job, on one node and where we are, and hands on what it says. Nobody can be asked
 * anything there. An interruption has it clear up. Gives its exit status.
 * @throws CtinstallError `slurm-missing`, `interrupted`; `command-failed` where Slurm takes no such job
 */
export async function runInJob({ argv, settings, write, writeLine }: InJobOptions, context: Context): Promise<number> {
  const { environment, signal, reporter, cwd, toolDir } = context;
  const job = await prepareSlurmJob(['bash', '-p', joinHost(toolDir, 'bin', 'ctinstall'), ...argv], {
    name: `ctinstall-${argv[0]}`,
    settings,
    processors: 0,
    directory: cwd,
    environment,
  });
  const ofSlurm: string[] = [];
  const { exitCode } = await run(job.argv, {
    env: environment,
    signal,
    onOutput: write,
    onErrorLine: (line) => {
      const message = job.takeLine(line);
      if (message !== undefined) reporter.report({ event: 'note', message });
      // What Slurm says of how it ended is told by that itself.
      else if (job.id() === undefined || /^s(run|lurmstepd): /.test(line)) ofSlurm.push(line);
      else writeLine(line);
    },
    askToEnd: job.askToEnd,
  });
  const id = job.id()?.split('.')[0];
  const isEnded = ofSlurm.some((line) => /CANCELLED|DUE TO|NODE FAILURE|Killed|Terminated/.test(line));
  if (id === undefined || isEnded)
    throw new CtinstallError('command-failed', id === undefined ? 'Slurm runs no such job' : `Slurm ended job ${id}`, {
      details: ofSlurm.slice(-5).map((line) => `  | ${line}`),
      hint: ofSlurm.some((line) => line.includes('DUE TO TIME LIMIT')) ? 'give it more time: `--time`' : undefined,
    });
  return exitCode ?? 1;
}
