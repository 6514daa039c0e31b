import { lookUpProgram } from '../host/look-up.ts';
import { run } from '../host/run.ts';

/** Whether jobs can be given to Slurm from here: its programs are there, and know of a cluster, though it may be down. */
export async function hasSlurm(environment: Readonly<Record<string, string | undefined>>): Promise<boolean> {
  const sbatch = await lookUpProgram('sbatch', environment.PATH);
  const scontrol = await lookUpProgram('scontrol', environment.PATH);
  if (sbatch === undefined || scontrol === undefined) return false;
  const { exitCode, stderr } = await run([scontrol, 'ping'], { env: environment });
  return exitCode === 0 || !/configuration|slurm\.conf|config/i.test(stderr);
}
