import type { Resolver } from './resolver.ts';

/**
 * How MPI is asked to reach the network: a flag counts more than the easyconfig, and that more than the settings. A module
 * without an image has to do with MPI only where its easyconfig says so.
 */
export const resolveMpi: Resolver<'mpi'> = ({ easyconfig, settings }) => {
  const { mpi, image } = easyconfig;
  if (image === undefined && mpi === undefined) return { part: { mpi: undefined }, issues: [] };
  const [origin = 'default'] = settings.origins.mpi;
  const asked = settings.mpi === undefined ? undefined : { replace: settings.mpi, origin };
  const own = mpi?.replace === undefined ? undefined : { replace: mpi.replace, origin: 'easyconfig' };
  const chosen = origin === '--mpi' ? asked : (own ?? asked);
  const part =
    chosen === undefined
      ? undefined
      : { wanted: { ...chosen, never: mpi?.never ?? [], glibc: mpi?.glibc ?? 'image' }, decision: undefined };
  return { part: { mpi: part }, issues: [] };
};
