import { isFile, listDirectory, realPath } from '../host/files.ts';
import { lookUpProgram } from '../host/look-up.ts';
import { familyNames, isSameAbi, type MpiFamily, type MpiName, mpiOfName, openMpiMajor } from '../mpi/families.ts';
import type { SavedTrace } from '../mpi/saved-mpi.ts';
import type { FoundMpi, HostMpi } from '../mpi/types.ts';
import { readElfFile, thisMachine } from './elf-files.ts';
import { parseMpiVersion } from './host-mpi.ts';
import { gatherSet, type LibraryPlaces, nameOf } from './library-set.ts';
import { ask, type Machine, systemPath, textOf } from './machine.ts';

/* Which MPI of the host is meant: the first kind of place that has one counts. */

export interface MpiHints {
  /** The library that the settings name. */
  readonly library?: string | undefined;
  /** The family that the settings name, of several that are here. */
  readonly family?: MpiFamily | undefined;
  /** What was kept of a traced run. */
  readonly trace?: SavedTrace | undefined;
}

interface Candidate {
  readonly path: string;
  readonly real: string;
  readonly name: MpiName;
  readonly how: string;
}

const variables = [
  ...['CRAY_MPICH_DIR', 'MPICH_DIR', 'I_MPI_ROOT', 'OPENMPI_DIR', 'OMPI_DIR', 'OPAL_PREFIX', 'MVAPICH_DIR', 'MPI_HOME'],
  ...['MPI_ROOT', 'MPI_DIR'],
] as const;
const below = ['lib-abi-mpich', 'lib/release', 'lib', 'lib64', 'openmpi/lib'];

/** Looks for the MPI of this session, and for all libraries that it loads. */
export async function findHostMpi(machine: Machine, places: LibraryPlaces, hints: MpiHints = {}): Promise<FoundMpi> {
  const tried: string[] = [];
  const passed: string[] = [];
  for (const { directories, how } of await kindsOfPlaces(machine, places, hints)) {
    tried.push(how);
    const all = await findCandidates(directories, how, passed);
    const meant = hints.family === undefined ? all : all.filter(({ name }) => name.family === hints.family);
    const candidates = meant.length > 0 ? meant : all;
    const [first] = candidates;
    if (first === undefined) continue;
    if (candidates.some(({ name }) => !isSameAbi(name, first.name)))
      return { state: 'ambiguous', candidates: candidates.map(describe), tried: [...tried, ...passed] };
    const mpi = await gather(first, machine, { places, trace: hints.trace });
    if (mpi !== undefined) return { state: 'found', mpi, tried: [...tried, ...passed] };
  }
  return { state: 'missing', tried: [...tried, ...passed] };
}

function describe({ path, name }: Candidate): string {
  return `${path} (${familyNames[name.family]})`;
}

interface Places {
  readonly directories: readonly string[];
  readonly how: string;
}

async function kindsOfPlaces(machine: Machine, { search }: LibraryPlaces, hints: MpiHints): Promise<Places[]> {
  const { environment } = machine;
  if (hints.library !== undefined) return [{ directories: [hints.library], how: `${hints.library}` }];
  const set = variables.flatMap((name): Places[] => {
    const value = environment[name];
    if (value === undefined || !value.startsWith('/')) return [];
    return [{ directories: below.map((directory) => `${value}/${directory}`), how: `${name} is ${value}` }];
  });
  const programs = await Promise.all(
    (['mpicc', 'mpirun'] as const).map(async (name): Promise<Places> => {
      const path = await lookUpProgram(name, environment.PATH);
      if (path === undefined) return { directories: [], how: `\`${name}\` on PATH: none` };
      const prefix = (await realPath(path).catch(() => path)).replace(/\/[^/]*\/[^/]*$/, '');
      const multiarch = search.system.filter((directory) => directory.startsWith(`${prefix}/lib`));
      const directories = [...below.map((directory) => `${prefix}/${directory}`), ...multiarch];
      return { directories, how: `\`${path}\`` };
    }),
  );
  const session = search.variable.filter((path) => path.startsWith('/'));
  return [
    ...set,
    ...(session.length === 0 ? [] : [{ directories: session, how: 'LD_LIBRARY_PATH' }]),
    // Of the compiler and the launcher, the compiler is what programs here were built with.
    ...programs,
    { directories: search.system.map((path) => systemPath(machine, path)), how: 'directories of the loader' },
    { directories: await ofCray(machine), how: '/opt/cray/pe/mpich' },
  ];
}

/** Cray's module may not be loaded: `/opt/cray/pe/mpich/8.1.29/ofi/gnu/12.3/lib`. */
async function ofCray(machine: Machine): Promise<string[]> {
  const root = systemPath(machine, '/opt/cray/pe/mpich');
  const versions = (await list(root)).toSorted((a, b) => b.localeCompare(a, 'en', { numeric: true }));
  const [version] = versions.includes('default') ? ['default'] : versions;
  if (version === undefined) return [];
  const compilers = await list(`${root}/${version}/ofi`);
  const sets = await Promise.all(
    compilers.map(async (compiler) =>
      (await list(`${root}/${version}/ofi/${compiler}`)).map((each) => `${root}/${version}/ofi/${compiler}/${each}`),
    ),
  );
  return sets.flat().flatMap((directory) => [`${directory}/lib-abi-mpich`, `${directory}/lib`]);
}

async function list(directory: string): Promise<string[]> {
  return (await listDirectory(directory).catch(() => [])).map(({ name }) => name);
}

/** Libraries of MPI in directories, or one that is named itself; of several names of a file the one that programs use. */
async function findCandidates(places: readonly string[], how: string, passed: string[]): Promise<Candidate[]> {
  const candidates = new Map<string, Candidate>();
  for (const place of places) {
    const isFile = mpiOfName(nameOf(place)) !== undefined;
    const names = isFile ? [nameOf(place)] : (await list(place)).toSorted();
    const directory = isFile ? place.replace(/\/[^/]*$/, '') : place;
    for (const file of names) {
      const name = /\.so\.\d+$/.test(file) ? mpiOfName(file) : undefined;
      if (name === undefined) continue;
      const path = `${directory}/${file}`;
      const bad = describeUnfit(await readElfFile(path));
      if (bad !== undefined) {
        passed.push(`${path}, which is ${bad}`);
        continue;
      }
      const real = await realPath(path);
      const before = candidates.get(real);
      if (before === undefined || (name.isCommon && !before.name.isCommon))
        candidates.set(real, { path, real, name, how });
    }
  }
  return [...candidates.values()];
}

function describeUnfit(read: Awaited<ReturnType<typeof readElfFile>>): string | undefined {
  if (read === undefined) return 'not to be read';
  if (read.kind === 'other') return read.why;
  return read.elf.machine === thisMachine ? undefined : `for ${read.elf.machine}`;
}

/** With what its kind needs beside it: Cray's library for GPUs is loaded by a flag of the linker that no container has. */
async function gather(
  candidate: Candidate,
  machine: Machine,
  { places, trace }: { places: LibraryPlaces; trace: SavedTrace | undefined },
): Promise<HostMpi | undefined> {
  const { path, how, name, real } = candidate;
  // A run of another MPI says nothing of this one.
  const isOfThis = trace !== undefined && (await realPath(trace.main).catch(() => undefined)) === real;
  const late = [...(await findGtl(candidate, machine)), ...(await findIntelFabric(candidate))];
  const more = { linked: late, traced: isOfThis ? trace.libraries : [] };
  const [set, product] = await Promise.all([gatherSet(path, places, more), askProduct(candidate, machine)]);
  return set === undefined ? undefined : { ...set, name, how, product };
}

async function findGtl({ real }: Candidate, { environment }: Machine): Promise<string[]> {
  const root = environment.CRAY_MPICH_ROOTDIR ?? real.replace(/\/(ofi|ucx)\/.*$/, '');
  const directory = `${root}/gtl/lib`;
  const names = await list(directory);
  return names.filter((name) => /^libmpi_gtl_(hsa|cuda)\.so\.\d+$/.test(name)).map((name) => `${directory}/${name}`);
}

/** Intel's MPI loads the libfabric that comes with it, and is linked with none: `libfabric/lib`, from 2021.10 on below `opt/mpi`. */
async function findIntelFabric({ real }: Candidate): Promise<string[]> {
  const root = real.replace(/\/lib\/(release\/)?[^/]*$/, '');
  const places = ['libfabric/lib', 'opt/mpi/libfabric/lib'].map((place) => `${root}/${place}`);
  const names = await Promise.all(places.map(list));
  const found = places.find((_, index) => names[index]?.includes('libfabric.so.1'));
  return found === undefined ? [] : [`${found}/libfabric.so.1`];
}

/** What it calls itself: its launcher lies in the same prefix. */
async function askProduct({ real, name }: Candidate, machine: Machine): Promise<string> {
  const [, cray] = /\/cray\/pe\/mpich\/([\d.]+)\//.exec(real) ?? [];
  if (cray !== undefined) return `Cray MPICH ${cray}`;
  const [prefix = ''] = real.split(/\/lib(?:64|-abi-mpich)?(?:\/|$)/);
  for (const program of [`${prefix}/bin/mpirun.${name.family}`, `${prefix}/bin/mpirun`]) {
    if (!(await isFile(program))) continue;
    const version = parseMpiVersion(textOf(await ask([program, '--version'], machine, { seconds: 5 })));
    if (version !== undefined && version.startsWith('Open MPI') === (name.family === 'openmpi')) return version;
  }
  const major = openMpiMajor(real);
  return major === undefined ? name.product : `Open MPI ${major}`;
}
