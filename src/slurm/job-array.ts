import { lookUpProgram } from '../host/look-up.ts';
import { run } from '../host/run.ts';
import { CtinstallError } from '../lib/errors.ts';
import { saidLines } from '../lib/said-lines.ts';
import { quoteBash } from '../scripts/quote-bash.ts';
import { explainRefusal } from './send-script.ts';
import { flagsOfJob, type SlurmOptions } from './srun-job.ts';

type Environment = Readonly<Record<string, string | undefined>>;

/**
 * The script of an array of jobs, each of which runs one of the commands. In `directory`, which all nodes see, each writes the
 * files `<number>.out` and `.err`, `.node` when it begins, and `.status`, how its command ended.
 */
export function renderArrayScript(commands: readonly (readonly string[])[], directory: string): string {
  return [
    '#!/bin/bash',
    `own=${quoteBash(directory)}/$SLURM_ARRAY_TASK_ID`,
    'echo "$SLURMD_NODENAME" >"$own.node"',
    // A signal is for the command: how that ends is still to be written.
    'trap : TERM',
    'case $SLURM_ARRAY_TASK_ID in',
    ...commands.map((command, number) => `  ${number}) ${command.map(quoteBash).join(' ')} ;;`),
    'esac >"$own.out" 2>"$own.err" </dev/null',
    'status=$?',
    'echo "$status" >"$own.status"',
    'exit "$status"',
    '',
  ].join('\n');
}

/**
 * Gives the script of an array to Slurm; `concurrency` jobs run at once, 0 is no limit. Gives the number of the array.
 * @throws CtinstallError `slurm-missing`; `command-failed` where Slurm takes no such jobs
 */
export async function submitArray(
  script: string,
  { count, concurrency, ...options }: SlurmOptions & { readonly count: number; readonly concurrency: number },
): Promise<string> {
  const sbatch = await lookUpProgram('sbatch', options.environment.PATH);
  if (sbatch === undefined)
    throw new CtinstallError('slurm-missing', 'there is no `sbatch` on PATH: this machine has no Slurm, or not here', {
      hint: 'leave `--slurm` out to do it on this node',
    });
  const array = `--array=0-${count - 1}${concurrency === 0 ? '' : `%${concurrency}`}`;
  const said = '--output=/dev/null';
  // As a job of srun is: what fails with its node is told.
  const flags = ['--parsable', '--no-requeue', array, said, ...(await flagsOfJob(options))];
  const { exitCode, stdout, stderr } = await run([sbatch, ...flags], { env: options.environment, input: script });
  const [id] = /^\d+/.exec(stdout) ?? [];
  if (exitCode === 0 && id !== undefined) return id;
  throw new CtinstallError('command-failed', 'Slurm runs no such job', {
    details: saidLines(stderr, 5),
    hint: explainRefusal(stderr),
  });
}

/** Asks what runs of an array to end, and to clear up; what does not run yet never begins. */
export async function endArray(id: string, environment: Environment): Promise<void> {
  const scancel = await lookUpProgram('scancel', environment.PATH);
  if (scancel === undefined) return;
  await run([scancel, '--state=PENDING', id], { env: environment });
  await run([scancel, '--signal=TERM', '--full', id], { env: environment });
}
