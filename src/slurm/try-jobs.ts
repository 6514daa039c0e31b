import { run } from '../host/run.ts';
import { CtinstallError } from '../lib/errors.ts';
import { saidLines } from '../lib/said-lines.ts';
import { didNotAnswer, environmentOf, requireProgram, type Submission, type SubmitOptions } from './submit.ts';

/** Jobs that ask for the same, and the script of one of them. */
export interface Trial extends Pick<Submission, 'hasPartition' | 'hasAccount'> {
  readonly names: readonly string[];
  readonly text: string;
}

/**
 * Asks Slurm whether it could ever run these scripts: it takes others too, and lets them wait for ever.
 * @throws CtinstallError with all that it would refuse
 */
export async function tryJobs(
  trials: readonly Trial[],
  { environment }: Pick<SubmitOptions, 'environment'>,
): Promise<void> {
  const sbatch = await requireProgram('sbatch', environment);
  const refused: { readonly names: readonly string[]; readonly lines: readonly string[] }[] = [];
  for (const trial of trials) {
    const { exitCode, stderr } = await run([sbatch, '--test-only'], {
      env: environmentOf(trial, environment),
      input: trial.text,
    });
    if (exitCode === 0) continue;
    const silence = didNotAnswer(stderr);
    if (silence !== undefined) throw silence;
    refused.push({ names: trial.names, lines: saidLines(stderr, 5) });
  }
  if (refused.length === 0) return;
  const names = refused.flatMap((each) => each.names).map((name) => `\`${name}\``);
  throw new CtinstallError('workflow-failed', `Slurm does not take ${names.slice(0, 10).join(', ')}`, {
    details: refused.flatMap((each) => [
      ...(refused.length > 1 ? [`${each.names.slice(0, 5).join(', ')}:`] : []),
      ...each.lines,
    ]),
    hint: 'see what the Fuzzfile asks for: cores, memory, time, devices, `slurm`',
  });
}
