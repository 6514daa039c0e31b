import { CtinstallError } from '../../lib/errors.ts';
import { quoteBash } from '../../scripts/quote-bash.ts';
import { mpiFamilies, mpiTypeFor, mpiTypes } from '../../slurm/mpi-types.ts';
import type { Context } from '../context.ts';
import { findHostLauncher } from './host-launcher.ts';
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

/** Cores are what Slurm gives by itself. */
const bindingOf = { core: [], socket: ['--cpu-bind=sockets'], numa: ['--cpu-bind=ldoms'] } as const;

/**
 * What the launcher of a host needs in a job, which gets nothing of the environment it was submitted from: its libraries; and
 * that it reaches the other nodes through Slurm, which is to hand all of the job's environment on.
 */
function hostEnvironment({ environment: { LD_LIBRARY_PATH } }: Context): string[] {
  const libraries = LD_LIBRARY_PATH ? [quoteBash(`LD_LIBRARY_PATH=${LD_LIBRARY_PATH}`)] : [];
  return ['env', 'SLURM_EXPORT_ENV=ALL', 'OMPI_MCA_plm=slurm', 'PRTE_MCA_plm=slurm', ...libraries];
}

/**
 * What starts the ranks of the jobs on several nodes: Slurm's `srun`, by the PMI that their MPI speaks, or where it has none
 * the launcher of the host's MPI of that family; on this machine the launcher of the image itself.
 * @throws CtinstallError where there is neither
 */
export async function launcherFor(
  engine: Engine,
  mpis: ReadonlyMap<string, RanksMpi>,
  context: Context,
): Promise<(job: PlannedJob) => Launcher> {
  const types = mpis.size > 0 && engine === 'slurm' ? await mpiTypes(context.environment) : [];
  const typeOf = (implementation: RanksMpi['implementation']) => mpiTypeFor(implementation, types);
  const hosts = new Map<RanksMpi['implementation'], string>();
  for (const [name, { implementation }] of mpis) {
    if (engine === 'local' || typeOf(implementation) !== undefined || hosts.has(implementation)) continue;
    const path = await findHostLauncher(implementation, context);
    const lack = `Slurm here has no \`${mpiFamilies[implementation].types[0]}\``;
    if (path === undefined)
      throw new CtinstallError(
        'workflow-failed',
        `nothing here starts ${mpiFamilies[implementation].title}, as \`${name}\` needs: ${lack}, and no launcher of it is on PATH`,
        {
          hint: `load the module of ${mpiFamilies[implementation].title}; Slurm has: ${types.join(', ') || 'nothing'}`,
        },
      );
    context.reporter.report({ event: 'note', message: `${lack}: ranks are started by ${path}` });
    hosts.set(implementation, path);
  }
  return ({ name, multinode, affinity }) => {
    const mpi = mpis.get(name);
    if (multinode === undefined || mpi === undefined) return none;
    if (engine === 'local')
      return { outside: [], inside: ['sh', '-c', ownLauncher, String(multinode.nodes * multinode.perNode)] };
    const host = hosts.get(mpi.implementation);
    if (host !== undefined) {
      const ranks = String(multinode.nodes * multinode.perNode);
      return { outside: [...hostEnvironment(context), quoteBash(host), '-n', ranks], inside: [] };
    }
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
