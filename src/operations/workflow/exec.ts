import { lookUpProgram } from '../../host/look-up.ts';
import { runInteractive } from '../../host/run-interactive.ts';
import { CtinstallError } from '../../lib/errors.ts';
import type { Context } from '../context.ts';
import { unitsOf } from './judge.ts';
import { findUnit } from './logs.ts';
import { readStatuses } from './read-standing.ts';
import { scriptOf } from './run-directory.ts';
import type { RunDirectory } from './types.ts';

/** Runs a command where a job runs, in a container like its own, and gives its exit status. */
export async function execBeside(
  found: RunDirectory,
  { unit, command }: { readonly unit: string; readonly command: readonly string[] },
  { environment }: Context,
): Promise<number> {
  const job = findUnit(found, unit);
  if (job.kind !== 'job' && job.kind !== 'service')
    throw new CtinstallError('workflow-failed', `\`${unit}\` runs in no container`);
  if (job.array !== undefined && unit === job.name)
    throw new CtinstallError('usage', `\`${unit}\` is an array`, {
      hint: `name one of its tasks: \`${unitsOf(job)[0]}\``,
    });
  const status = (await readStatuses(found)).get(unit);
  if (status?.state !== 'running')
    throw new CtinstallError('workflow-failed', `\`${unit}\` does not run`, {
      hint: `see how it stands: \`ctinstall workflow describe ${found.run.id}\``,
    });
  const task = unit === job.name ? '' : unit.slice(job.name.length + 1);
  const inside = ['/bin/bash', '-p', scriptOf(found.directory, job.name), 'exec-task', task, ...command] as const;
  if (found.run.engine === 'local') return (await runInteractive(inside, environment)) ?? 1;
  const srun = await lookUpProgram('srun', environment.PATH);
  if (srun === undefined) throw new CtinstallError('slurm-missing', 'there is no `srun` on PATH');
  const terminal = process.stdin.isTTY ? ['--pty'] : [];
  const argv = [
    srun,
    `--jobid=${status.slurm}`,
    '--overlap',
    '--nodes=1',
    '--ntasks=1',
    '--mpi=none',
    ...terminal,
    ...inside,
  ] as const;
  return (await runInteractive([argv[0], ...argv.slice(1)], environment)) ?? 1;
}
