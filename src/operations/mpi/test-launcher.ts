import { ask, type Machine } from '../../discover/machine.ts';
import { lookUpProgram } from '../../host/look-up.ts';
import { CtinstallError } from '../../lib/errors.ts';
import { formatCommand } from '../../lib/format.ts';
import { hostPath } from '../../lib/paths.ts';
import { saidLines } from '../../lib/said-lines.ts';
import type { HostFacts, ImageMpi, MpiDecision } from '../../mpi/types.ts';
import { mpiFamilies, mpiTypeFor, mpiTypes } from '../../slurm/mpi-types.ts';
import type { Context } from '../context.ts';

export type Launcher = (decision: Pick<MpiDecision, 'way' | 'host'>) => [string, ...string[]];

/** `srun` where Slurm answers, by the PMI that the MPI of a run speaks; else the launcher of the host's MPI. */
export async function findTestLauncher(
  { nodes, ranks }: { readonly nodes: number; readonly ranks: number },
  { facts, image, context }: { facts: HostFacts; image: ImageMpi; context: Context },
): Promise<Launcher> {
  const machine = { environment: context.environment, root: hostPath('/'), signal: context.signal };
  const srun = await lookUpProgram('srun', context.environment.PATH);
  const sinfo = srun === undefined ? undefined : await ask(['sinfo', '--noheader'], machine);
  if (srun !== undefined && sinfo?.kind === 'answered' && sinfo.exitCode === 0) {
    const places = [`--nodes=${nodes}`, `--ntasks=${ranks}`, `--ntasks-per-node=${Math.ceil(ranks / nodes)}`];
    await requirePlaces([srun, ...places], machine);
    const types = await mpiTypes(context.environment);
    const family = image.mpis[0]?.mpi.family === 'openmpi' ? 'openmpi' : 'mpich';
    return ({ way, host }) => {
      const isCray = way === 'mpi' && host?.product.startsWith('Cray') === true && types.includes('cray_shasta');
      const type = isCray ? 'cray_shasta' : mpiTypeFor(family, types);
      if (type === undefined)
        throw new CtinstallError(
          'slurm-missing',
          `Slurm here has no \`${mpiFamilies[family].types[0]}\`, which starts the ranks of ${mpiFamilies[family].title}`,
          {
            hint: `Slurm has: ${types.join(', ') || 'nothing'}; where it is not on PATH, the launcher of the host's MPI is used`,
          },
        );
      return [srun, '--kill-on-bad-exit=1', `--mpi=${type}`, ...places];
    };
  }
  const [prefix = ''] =
    facts.mpi.state === 'found' ? facts.mpi.mpi.main.path.split(/\/lib(?:64|-abi-mpich)?(?:\/|$)/) : [];
  const own = await lookUpProgram('mpiexec', `${prefix}/bin:${context.environment.PATH ?? ''}`);
  if (own === undefined)
    throw new CtinstallError('slurm-missing', 'there is no launcher: tried `srun` and `mpiexec`', {
      hint: 'load the module of the MPI',
    });
  return () => [own, '-n', `${ranks}`];
}

/**
 * `srun` waits for ever for what this cluster cannot give, unless Slurm is asked first. In a job it is refused at once.
 * @throws CtinstallError `command-failed` with what Slurm says
 */
async function requirePlaces([srun, ...places]: readonly [string, ...string[]], machine: Machine): Promise<void> {
  if (machine.environment.SLURM_JOB_ID !== undefined) return;
  const answer = await ask([srun, '--test-only', ...places, 'true'], machine);
  if (answer.kind !== 'answered' || answer.exitCode === 0) return;
  throw new CtinstallError('command-failed', `Slurm cannot start the ranks: ${formatCommand(['srun', ...places])}`, {
    details: saidLines(answer.stderr),
    hint: 'ask for fewer nodes (`-N`) or ranks (`-n`); another partition or account: `SLURM_PARTITION`, `SLURM_ACCOUNT`',
  });
}
