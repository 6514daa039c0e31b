import { parseMpiTypes } from '../discover/slurm.ts';
import { lookUpProgram } from '../host/look-up.ts';
import { run } from '../host/run.ts';

/** By what Slurm speaks to the ranks of an MPI, the best first. The wrong one starts as many programs of one rank each. */
export const mpiFamilies = {
  openmpi: { title: 'Open MPI', types: ['pmix'] },
  mpich: { title: 'MPICH', types: ['pmi2', 'cray_shasta'] },
} as const;

/** The first that Slurm has; undefined where it has none of them. */
export function mpiTypeFor(family: keyof typeof mpiFamilies, types: readonly string[]): string | undefined {
  return mpiFamilies[family].types.find((type) => types.includes(type));
}

/** The ways in which this Slurm starts MPI; none where it does not say. */
export async function mpiTypes(environment: Readonly<Record<string, string | undefined>>): Promise<string[]> {
  const srun = await lookUpProgram('srun', environment.PATH);
  if (srun === undefined) return [];
  const { stdout, stderr } = await run([srun, '--mpi=list'], { env: environment });
  return parseMpiTypes(`${stdout}\n${stderr}`);
}
