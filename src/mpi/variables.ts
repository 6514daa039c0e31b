import type { HostFacts, ImageMpi, MpiWay } from './types.ts';

const namespaces = {
  UCX_POSIX_USE_PROC_LINK: 'n',
  UCX_TLS: '^cma',
  OMPI_MCA_btl_vader_single_copy_mechanism: 'none',
} as const;

/** Whether ranks need it only where each has a user namespace of its own. */
export function isOfNamespaces(name: string): boolean {
  return Object.hasOwn(namespaces, name);
}

/**
 * Ranks of one node whose containers have user namespaces of their own cannot reach into each other's memory: UCX before 1.14
 * and Open MPI 4 hang or stop where they try. (The runtime's --sharens would do as well, and be faster, but is not for a module: of
 * two images that one shell starts, the second is silently the first.)
 */
export function variablesOf(
  way: MpiWay,
  host: HostFacts,
  image: ImageMpi | undefined,
): Readonly<Record<string, string>> {
  const ofHost = way === 'mpi' && host.mpi.state === 'found' ? host.mpi.mpi : undefined;
  const [own] = image?.mpis ?? [];
  const family = ofHost?.name.family ?? own?.mpi.family;
  if (family === undefined) return {};
  const needed = ofHost === undefined ? (own?.elf.needed ?? []) : ofHost.libraries.map(({ name }) => name);
  const usesUcx = family === 'openmpi' || needed.some((name) => name.startsWith('libucp.so'));
  const providers = ofHost?.plugins.find(({ name, of }) => name === 'prov' && of.startsWith('libfabric.so'));
  return {
    // Intel's scripts set it; its libfabric finds none without.
    ...(providers === undefined ? {} : { FI_PROVIDER_PATH: providers.path }),
    ...(host.hasUserNamespaces && usesUcx ? { ...pick('UCX_POSIX_USE_PROC_LINK'), ...pick('UCX_TLS') } : {}),
    ...(host.hasUserNamespaces && family === 'openmpi' ? pick('OMPI_MCA_btl_vader_single_copy_mechanism') : {}),
    // The store of Slurm's PMIx lies where a container does not see it.
    ...(family === 'openmpi' ? { PMIX_MCA_gds: 'hash' } : {}),
  };
}

function pick(name: keyof typeof namespaces): Readonly<Record<string, string>> {
  return { [name]: namespaces[name] };
}
