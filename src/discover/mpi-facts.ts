import { listDirectory, realPath, statIfThere } from '../host/files.ts';
import { lookUpProgram } from '../host/look-up.ts';
import type { HostFacts, HostSet } from '../mpi/types.ts';
import { elfFiles, systemDirectories, thisMachine } from './elf-files.ts';
import { findHostMpi, type MpiHints } from './find-host-mpi.ts';
import { findHostGlibc } from './host-glibc.ts';
import { gatherSet, type LibraryPlaces } from './library-set.ts';
import { ask, type Machine, systemPath, textOf } from './machine.ts';

/** All of this machine that the MPI of a container depends on; `runtime`: the program that starts containers. */
export async function discoverMpiFacts(machine: Machine, runtime: string, hints: MpiHints = {}): Promise<HostFacts> {
  const variable = (machine.environment.LD_LIBRARY_PATH ?? '').split(':').filter((path) => path.startsWith('/'));
  const places: LibraryPlaces = { search: { variable, system: await systemDirectories() }, lookAt: elfFiles() };
  const [mpi, libfabric, glibc, devices, hasUserNamespaces] = await Promise.all([
    findHostMpi(machine, places, hints),
    findLibfabric(places),
    findHostGlibc(places),
    findNetworkDevices(machine),
    startsInUserNamespaces(runtime, machine),
  ]);
  const wantsGpu = machine.environment.MPICH_GPU_SUPPORT_ENABLED === '1';
  return { mpi, libfabric, glibc, devices, wantsGpu, hasUserNamespaces };
}

/** Cray's is in no directory of the loader: `/opt/cray/libfabric/1.15.2.0/lib64`. */
async function findLibfabric(places: LibraryPlaces): Promise<HostSet | undefined> {
  const cray = (await names('/opt/cray/libfabric')).toSorted((a, b) => b.localeCompare(a, 'en', { numeric: true }));
  const directories = [
    ...places.search.variable,
    ...cray.map((version) => `/opt/cray/libfabric/${version}/lib64`),
    ...places.search.system,
  ];
  for (const directory of directories) {
    const path = `${directory}/libfabric.so.1`;
    if ((await places.lookAt(path)) !== undefined) return gatherSet(path, places);
  }
  return undefined;
}

/** What there is beside Ethernet: `cxi0` of Slingshot, `hfi1_0` of Omni-Path, `mlx5_0` of InfiniBand. */
async function findNetworkDevices(machine: Machine): Promise<string[]> {
  const [devices, verbs] = await Promise.all([
    names(systemPath(machine, '/dev')),
    names(systemPath(machine, '/sys/class/infiniband')),
  ]);
  return [...devices.filter((name) => /^(cxi|hfi1_)\d+$/.test(name)), ...verbs].toSorted();
}

async function names(directory: string): Promise<string[]> {
  return (await listDirectory(directory).catch(() => [])).map(({ name }) => name);
}

/** Whether a container of an ordinary user gets a user namespace: a runtime that is installed setuid needs none. */
async function startsInUserNamespaces(runtime: string, machine: Machine): Promise<boolean> {
  for (const directories of [starterDirectories, askForStarters]) {
    for (const directory of await directories(runtime, machine)) {
      const [plain, setuid] = await Promise.all(
        ['starter', 'starter-suid'].map((name) => statIfThere(`${directory}/${name}`).catch(() => undefined)),
      );
      if (plain !== undefined || setuid !== undefined) return setuid === undefined || (setuid.mode & 0o4000) === 0;
    }
  }
  return true;
}

/** Beside the program, which takes a while to be asked: `/usr/libexec/apptainer/bin`, in Debian below `/usr/lib`. */
async function starterDirectories(runtime: string, { environment }: Machine): Promise<string[]> {
  const path = await lookUpProgram(runtime, environment.PATH);
  const prefix = path === undefined ? undefined : (await realPath(path)).replace(/\/[^/]*\/[^/]*$/, '');
  if (prefix === undefined) return [];
  return ['libexec', `lib/${thisMachine}-linux-gnu`, 'lib'].flatMap((place) => startersBelow(`${prefix}/${place}`));
}

async function askForStarters(runtime: string, machine: Machine): Promise<string[]> {
  const said = textOf(await ask([runtime, 'buildcfg'], machine, { seconds: 5 }));
  const [, directory] = /^LIBEXECDIR=(\/.*)$/m.exec(said) ?? [];
  return directory === undefined ? [] : startersBelow(directory);
}

function startersBelow(directory: string): string[] {
  return ['apptainer', 'singularity'].map((name) => `${directory}/${name}/bin`);
}
