import { ask } from '../../discover/machine.ts';
import { lookUpProgram } from '../../host/look-up.ts';
import { hostPath } from '../../lib/paths.ts';
import type { Context } from '../context.ts';

/** Names that the launcher of a family has, and how it tells that it is of that family. */
const launchers = {
  openmpi: { names: ['mpirun', 'mpirun.openmpi', 'mpiexec'], says: /Open MPI|OpenRTE|PRRTE|prterun/ },
  mpich: { names: ['mpiexec.hydra', 'mpiexec', 'mpirun', 'mpiexec.mpich'], says: /HYDRA|MPICH|Intel\(R\) MPI/ },
} as const;

/** The launcher of the host's MPI of a family; undefined where none is on PATH. */
export async function findHostLauncher(
  family: keyof typeof launchers,
  { environment, signal }: Pick<Context, 'environment' | 'signal'>,
): Promise<string | undefined> {
  const { names, says } = launchers[family];
  for (const name of names) {
    const path = await lookUpProgram(name, environment.PATH);
    if (path === undefined) continue;
    const answer = await ask([path, '--version'], { environment, root: hostPath('/'), signal });
    if (answer.kind === 'answered' && says.test(answer.stdout)) return path;
  }
  return undefined;
}
