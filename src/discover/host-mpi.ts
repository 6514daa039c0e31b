import { listDirectory, realPath } from '../host/files.ts';
import { lookUpProgram } from '../host/look-up.ts';
import { ambiguousThing, type Finding, foundThing, missingThing, unusableThing } from '../lib/finding.ts';
import { hostPath } from '../lib/paths.ts';
import type { Settings } from '../settings/types.ts';
import { ask, type Machine, systemPath, textOf } from './machine.ts';

/*
 * The MPI of the host. A container that speaks with it needs one of the same family: what is linked with libmpi.so.12 runs
 * with any MPI of the MPICH ABI (MPICH, Cray, Intel), what is linked with libmpi.so.40 with Open MPI 4 and 5.
 */

const families: Readonly<Record<string, string>> = {
  'libmpi.so.12': 'MPICH ABI',
  'libmpi_cray.so.12': 'Cray MPICH',
  'libmpich.so.12': 'MPICH ABI',
  'libmpi.so.40': 'Open MPI',
  'libmpi.so.20': 'Open MPI 2 or 3',
};

type AbiFamily = NonNullable<Settings['hostMpi']>;

/** What an MPI that was found says of its family: names of libraries' families and versions. */
function abiFamilyOf(flavour: string): AbiFamily | undefined {
  if (flavour.startsWith('Open MPI')) return 'openmpi';
  return /^(MPICH|Cray MPICH|Intel MPI)/.test(flavour) ? 'mpich' : undefined;
}

/** What the settings say of the host's MPI, and where they say it. */
export interface WantedMpi {
  readonly family: AbiFamily;
  readonly origin: string;
}

const programs = ['mpicc', 'mpirun'] as const;
const variables = ['MPICH_DIR', 'CRAY_MPICH_DIR', 'I_MPI_ROOT', 'MPI_HOME', 'OPENMPI_DIR'] as const;
const usualDirectories = ['/usr/lib64', '/usr/lib', '/usr/lib/x86_64-linux-gnu', '/usr/lib/aarch64-linux-gnu'];

/**
 * Which MPI this session has: programs on PATH, variables that modules set, libraries where they say; and whether it is of the
 * family that the settings name.
 */
export async function checkHostMpi(machine: Machine, wanted?: WantedMpi): Promise<Finding> {
  const what = 'host MPI';
  const { environment } = machine;
  const found = await Promise.all(programs.map((name) => lookUpProgram(name, environment.PATH)));
  const set = variables.filter((name) => environment[name]?.startsWith('/') === true);
  const libraries = await findLibraries(
    [
      ...(environment.LD_LIBRARY_PATH ?? '').split(':'),
      ...set.flatMap((name) => below(environment[name] ?? '')),
      ...(await Promise.all(found.map(prefixOf))).flatMap((prefix) => (prefix === undefined ? [] : below(prefix))),
      ...usualDirectories.map((path) => systemPath(machine, path)),
    ].filter((path) => path.startsWith('/')),
  );
  const tried = [
    ...programs.map(
      (name, index) => `\`${found[index] ?? `${name}\` on PATH`}${found[index] === undefined ? '' : '`'}`,
    ),
    ...set.map((name) => `${name} is \`${environment[name]}\``),
    ...libraries.map(({ path }) => `\`${path}\``),
  ];
  const mpirun = found[programs.indexOf('mpirun')];
  const version = mpirun === undefined ? undefined : parseMpiVersion(textOf(await ask([mpirun, '--version'], machine)));
  const flavours = [...new Set(libraries.map(({ family }) => family))];
  const named = wanted === undefined ? [] : [`\`host_mpi: ${wanted.family}\` (${wanted.origin})`];
  // Of several the one that the settings name is meant.
  const meant = flavours.filter((each) => abiFamilyOf(each) === wanted?.family);
  if (flavours.length > 1 && meant.length === 1)
    return foundThing(what, `${meant[0]}, and ${flavours.filter((each) => each !== meant[0]).join(' and ')}`, [
      ...named,
      ...tried,
    ]);
  if (flavours.length > 1)
    return ambiguousThing(what, flavours.join(' and '), tried, {
      hint: 'load the module of the one that your programs were built with',
    });
  const [flavour] = flavours;
  if (flavour === undefined && version === undefined)
    return missingThing(
      what,
      found.some((path) => path !== undefined) ? tried : [...tried, '`libmpi.so` in the usual places'],
      {
        ...(wanted === undefined ? {} : { value: `none is in this session; the settings say ${named.join()}` }),
        hint: 'needed only for MPI across nodes, with the MPI of the machine: load its module',
      },
    );
  const parts =
    version !== undefined && flavour !== undefined && version.startsWith(flavour) ? [version] : [version, flavour];
  const value = parts.filter((part) => part !== undefined).join(', ');
  const family = [flavour, version].flatMap((part) => (part === undefined ? [] : (abiFamilyOf(part) ?? [])))[0];
  if (wanted !== undefined && family !== undefined && family !== wanted.family)
    return unusableThing(what, `${value}, but the settings say ${named.join()}`, tried, {
      hint: 'load the module of that MPI; if the settings are wrong, fix `host_mpi`',
    });
  return foundThing(what, value, [...named, ...tried]);
}

/** `Open MPI 4.1.4`, `MPICH 4.0.2` (whose launcher is Hydra), `Intel MPI 2021.5`. */
export function parseMpiVersion(answer: string): string | undefined {
  const [, openMpi] = /\(Open MPI\) (\d[\w.]*)/.exec(answer) ?? [];
  if (openMpi !== undefined) return `Open MPI ${openMpi}`;
  const [, intel] = /Intel\(R\) MPI Library.* Version (\d[\w.]*)/.exec(answer) ?? [];
  if (intel !== undefined) return `Intel MPI ${intel}`;
  const [, hydra] = /HYDRA build details:\s+Version:\s+(\d[\w.]*)/.exec(answer) ?? [];
  return hydra === undefined ? undefined : `MPICH ${hydra}`;
}

/** `/opt/mpi` of `/opt/mpi/bin/mpirun`, and not of a link to it in `/usr/bin`. */
async function prefixOf(program: string | undefined): Promise<string | undefined> {
  return program === undefined ? undefined : hostPath('../..', await realPath(program).catch(() => program));
}

function below(prefix: string): string[] {
  return ['lib', 'lib64', 'lib-abi-mpich', 'lib/release'].map((name) => `${prefix}/${name}`);
}

async function findLibraries(directories: readonly string[]): Promise<{ path: string; family: string }[]> {
  const places = await Promise.all(
    directories.map(async (directory) => {
      const entries = await listDirectory(directory).catch(() => []);
      return entries.flatMap(({ name }) => {
        const family = families[name];
        return family === undefined ? [] : [{ path: `${directory}/${name}`, family }];
      });
    }),
  );
  return [...new Map(places.flat().map((library) => [library.path, library])).values()];
}
