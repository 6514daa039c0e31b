import { CtinstallError } from '../../lib/errors.ts';
import { mpiTypes } from '../../slurm/mpi-types.ts';
import type { Context } from '../context.ts';
import type { RanksMpi } from './ranks-mpi.ts';
import type { Engine, PlannedJob } from './types.ts';

interface Launcher {
  /** Words of bash. */
  readonly outside: readonly string[];
  readonly inside: readonly string[];
}

/** The image's own launcher, which may start more ranks than there are cores. */
const ownLauncher = [
  'export OMPI_MCA_rmaps_base_oversubscribe=1 PRTE_MCA_rmaps_default_mapping_policy=:oversubscribe',
  'for launcher in mpirun mpiexec.hydra mpiexec; do',
  '  if command -v "$launcher" >/dev/null; then exec "$launcher" -n "$0" "$@"; fi',
  'done',
  'echo "the image has no mpirun" >&2',
  'exit 127',
].join('\n');

const none: Launcher = { outside: [], inside: [] };

/** By what Slurm speaks to the ranks, the first that it has. The wrong one starts as many programs of one rank each. */
const typesOf = { openmpi: ['pmix'], mpich: ['pmi2', 'cray_shasta'] } as const;

/** Cores are what Slurm gives by itself. */
const bindingOf = { core: [], socket: ['--cpu-bind=sockets'], numa: ['--cpu-bind=ldoms'] } as const;

/**
 * What starts the ranks of the jobs on several nodes: Slurm's `srun`, by the PMI that their MPI speaks; on this machine the
 * launcher of the image itself.
 * @throws CtinstallError where Slurm starts none of that MPI
 */
export async function launcherFor(
  engine: Engine,
  mpis: ReadonlyMap<string, RanksMpi>,
  { environment }: Context,
): Promise<(job: PlannedJob) => Launcher> {
  const types = mpis.size > 0 && engine === 'slurm' ? await mpiTypes(environment) : [];
  const typeOf = (implementation: RanksMpi['implementation']): string | undefined =>
    typesOf[implementation].find((type) => types.includes(type));
  for (const [name, { implementation }] of mpis)
    if (engine === 'slurm' && typeOf(implementation) === undefined)
      throw new CtinstallError(
        'workflow-failed',
        `Slurm here starts no ${implementation}, as \`${name}\` needs: it has no \`${typesOf[implementation][0]}\``,
        { hint: `it has: ${types.join(', ') || 'nothing'} (\`srun --mpi=list\`)` },
      );
  return ({ name, multinode, affinity }) => {
    const mpi = mpis.get(name);
    if (multinode === undefined || mpi === undefined) return none;
    if (engine === 'local')
      return { outside: [], inside: ['sh', '-c', ownLauncher, String(multinode.nodes * multinode.perNode)] };
    // The script gives all of its environment, which is what the job is to have; by itself srun would pass nothing on.
    const flags = [
      '--export=ALL',
      `--mpi=${typeOf(mpi.implementation)}`,
      '--kill-on-bad-exit=1',
      ...bindingOf[affinity],
    ];
    return { outside: ['srun', ...flags], inside: [] };
  };
}
