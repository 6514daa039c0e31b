import type { Elf } from '../../src/elf/types.ts';
import { decideMpi } from '../../src/mpi/decide.ts';
import { mpiOfName } from '../../src/mpi/families.ts';
import type { HostFacts, HostLibrary, HostMpi, ImageMpi, MpiGlibc, MpiReplace, MpiWay } from '../../src/mpi/types.ts';

/* Hosts and images as plain objects, for what is decided upon them. */

export function elf(more: Partial<Elf> = {}): Elf {
  return {
    ...{ machine: 'x86_64', soname: undefined, needed: [], rpath: [], runpath: [], interpreter: undefined },
    ...{ versionsNeeded: [], versionsGiven: [], buildId: 'ab', ...more },
  };
}

export const needs = (library: string, ...versions: string[]): Elf['versionsNeeded'] =>
  versions.map((version) => ({ library, version, isWeak: false }));

export function library(path: string, more: Partial<Elf> = {}): HostLibrary {
  return { name: path.slice(path.lastIndexOf('/') + 1), path, elf: elf(more) };
}

export function hostMpi(main: HostLibrary, others: readonly HostLibrary[] = [], more: Partial<HostMpi> = {}): HostMpi {
  const name = mpiOfName(main.name);
  if (name === undefined) throw new Error(main.name);
  const set = { main, libraries: [main, ...others], plugins: [], missing: [] };
  return { ...set, name, product: name.product, how: 'MPICH_DIR', ...more };
}

export function host(mpi: HostMpi | undefined, more: Partial<HostFacts> = {}): HostFacts {
  const found =
    mpi === undefined ? { state: 'missing' as const, tried: ['here'] } : { state: 'found' as const, mpi, tried: [] };
  return {
    mpi: found,
    libfabric: undefined,
    glibc: [],
    devices: [],
    wantsGpu: false,
    hasUserNamespaces: true,
    ...more,
  };
}

export function image(mpi: string | undefined, more: Partial<ImageMpi> = {}): ImageMpi {
  const path = `/usr/lib/${mpi}`;
  const name = mpi === undefined ? undefined : mpiOfName(mpi);
  const mpis =
    name === undefined || mpi === undefined ? [] : [{ name: mpi, path, file: `${path}.1`, elf: elf(), mpi: name }];
  return {
    ...{
      libraries: [],
      mpis,
      users: [],
      programs: [],
      glibc: '2.36',
      glibcFiles: [],
      hasLoaderCache: true,
      machine: 'x86_64',
    },
    ...more,
  };
}

export function decide(
  facts: HostFacts,
  inside: ImageMpi,
  { replace = 'auto', never = [], glibc = 'image' }: { replace?: MpiReplace; never?: MpiWay[]; glibc?: MpiGlibc } = {},
) {
  const places = { linksDirectory: '/install/mpi', bound: ['/opt/cray'] };
  return decideMpi({ replace, never, glibc, origin: 'easyconfig' }, facts, { image: inside }, places);
}
