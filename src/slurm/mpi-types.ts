import { parseMpiTypes } from '../discover/slurm.ts';
import { lookUpProgram } from '../host/look-up.ts';
import { run } from '../host/run.ts';

/** The ways in which this Slurm starts MPI; none where it does not say. */
export async function mpiTypes(environment: Readonly<Record<string, string | undefined>>): Promise<string[]> {
  const srun = await lookUpProgram('srun', environment.PATH);
  if (srun === undefined) return [];
  const { stdout, stderr } = await run([srun, '--mpi=list'], { env: environment });
  return parseMpiTypes(`${stdout}\n${stderr}`);
}
