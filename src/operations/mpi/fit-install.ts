import { lookAtImageMpi } from '../../discover/image-mpi.ts';
import { discoverMpiFacts } from '../../discover/mpi-facts.ts';
import { CtinstallError } from '../../lib/errors.ts';
import { containerPath, type HostPath, hostPath, joinHost } from '../../lib/paths.ts';
import { type Decided, decideMpi } from '../../mpi/decide.ts';
import { linksInside } from '../../mpi/goes-in.ts';
import { mpiLinksDirectory } from '../../mpi/mpi-file.ts';
import { anyImage, type HostFacts, type LookedAtMpi, type MpiDecision, type WantedMpi } from '../../mpi/types.ts';
import type { Bind, ResolvedInstall } from '../../resolve/types.ts';
import type { Settings } from '../../settings/types.ts';
import type { Context } from '../context.ts';
import { readSavedMpi } from './saved-mpi.ts';

export interface MpiPlaces {
  readonly settings: Settings;
  /** The program that starts containers. */
  readonly runtime: string;
}

/** What this machine has of MPI, with what the settings say of it. */
export async function readMpiFacts({ settings, runtime }: MpiPlaces, context: Context): Promise<HostFacts> {
  const machine = { environment: context.environment, root: hostPath('/'), signal: context.signal };
  const { trace } = await readSavedMpi(context);
  return discoverMpiFacts(machine, runtime, { library: settings.mpiLibrary, family: settings.hostMpi, trace });
}

/** What an image has of it, beside what the host has. */
export function lookForMpi(image: HostPath, facts: HostFacts, context: Context): Promise<LookedAtMpi> {
  const machine = { environment: context.environment, root: hostPath('/'), signal: context.signal };
  const sets = [facts.mpi.state === 'found' ? facts.mpi.mpi : undefined, facts.libfabric];
  const names = sets.flatMap((set) => set?.libraries.map(({ name }) => name) ?? []);
  return lookAtImageMpi(image, names, machine);
}

/** Decides how MPI of an image reaches the network here; undefined: of any that may come. */
export async function decideForImage(
  install: Pick<ResolvedInstall, 'installDir' | 'binds'>,
  { wanted, image }: { wanted: WantedMpi; image: HostPath | undefined },
  where: { places: MpiPlaces; context: Context },
): Promise<Decided> {
  const facts = await readMpiFacts(where.places, where.context);
  const looked = image === undefined ? anyImage : await lookForMpi(image, facts, where.context);
  return decideMpi(wanted, facts, looked, {
    linksDirectory: joinHost(install.installDir, mpiLinksDirectory),
    bound: install.binds.filter(({ host, container }) => `${host}` === `${container}`).map(({ host }) => host),
  });
}

/**
 * An install with what is bound and set for its MPI; as it is where nothing is asked for, or the image is not here yet.
 * @throws CtinstallError `mpi-unfit` where the way that was asked for will not do
 */
export async function fitInstall(
  install: ResolvedInstall,
  image: HostPath | undefined,
  where: { places: MpiPlaces; context: Context },
): Promise<ResolvedInstall> {
  const { reporter } = where.context;
  if (install.mpi === undefined) return install;
  const { wanted } = install.mpi;
  if (image === undefined && install.image !== undefined) {
    const message = `which MPI goes in can be said once the image is here: ctinstall regenerate --mpi ${wanted.replace} ${install.moduleName}`;
    reporter.report({ event: 'note', message });
    return install;
  }
  const decided = await decideForImage(install, { wanted, image }, where);
  if (decided.decision === undefined) {
    const { way, why, hint } = decided.refused;
    throw new CtinstallError(
      'mpi-unfit',
      `MPI by the way \`${way}\` (${wanted.origin}) will not do for ${install.moduleName}: ${why}`,
      { hint },
    );
  }
  const { decision } = decided;
  reporter.report({
    event: 'note',
    message: `MPI of ${install.moduleName}: \`${decision.way}\`, as ${decision.why.join('; ')}`,
  });
  for (const message of decision.warnings) reporter.report({ event: 'note', message });
  return withDecision(install, decision);
}

/** With its binds and variables. What the user or the easyconfig binds at the same place stays. */
export function withDecision(install: ResolvedInstall, decision: MpiDecision): ResolvedInstall {
  const { mpi, env } = install;
  if (mpi === undefined) return install;
  const taken = new Set(install.binds.map(({ container }) => container));
  const binds = decision.binds.map(
    ({ host, container, isOptional }): Bind => ({
      host: hostPath(host),
      container: containerPath(container),
      access: 'ro',
      optional: isOptional,
      origin: 'MPI',
    }),
  );
  const { LD_LIBRARY_PATH: own = { prepend: [], append: [] }, ...paths } = env.containerPaths;
  const libraryPath = { ...own, prepend: [linksInside, ...own.prepend] };
  return {
    ...install,
    mpi: { ...mpi, decision },
    binds: [...install.binds, ...binds.filter(({ container }) => !taken.has(container))],
    env: {
      ...env,
      containerPaths: decision.links.length === 0 ? env.containerPaths : { ...paths, LD_LIBRARY_PATH: libraryPath },
    },
  };
}
