import type { UserSoftware } from '../easyconfig/types.ts';
import type { ContainerPath } from '../lib/paths.ts';
import { containerPath, joinHost } from '../lib/paths.ts';
import { isOfNamespaces } from '../mpi/variables.ts';
import type { Bind, ResolvedInstall } from '../resolve/types.ts';
import { hasPrograms } from '../resolve/wrappers.ts';
import type { PathInside, Variable } from './types.ts';

/** In the install dir of a tool: what goes on `PATH`. */
export const wrappersDirectory = 'wrappers';

/** Where the run scripts of an install are seen inside the container. */
export const runscriptsInside = containerPath('/runscripts');

/** Where the virtual environments of the user software are seen inside the container. */
export function venvsInside({ path }: Pick<UserSoftware, 'path'>): ContainerPath {
  return containerPath(`${path}/venv`);
}

export function venvInside(name: string, userSoftware: Pick<UserSoftware, 'path'>): ContainerPath {
  return containerPath(`${venvsInside(userSoftware)}/${name}`);
}

/** By this pip from 22.3 on is started again by a run script. */
const pipGuard = { PIP_PYTHON: `${runscriptsInside}/pip-when-packed` };

/** What keeps pip from installing elsewhere while the user software is packed; what the recipe sets itself, stays. */
export function packedVariablesOf({ env, policy }: Pick<ResolvedInstall, 'env' | 'policy'>): Variable[] {
  // Where others use them too, it is there all the time.
  if (policy.softwareUmask !== undefined) return [];
  return Object.entries(pipGuard)
    .map(([name, value]) => ({ name, value }))
    .filter(({ name }) => env.container[name] === undefined);
}

/** Where a conda environment of the install's own is seen inside the container. */
export function condaPrefixInside(name: string, { path }: Pick<UserSoftware, 'path'>): ContainerPath {
  return containerPath(`${path}/conda/${name}`);
}

/** Whether programs of the image have wrappers. */
export function hasWrappers({ wrappers }: Pick<ResolvedInstall, 'wrappers'>): boolean {
  return hasPrograms(wrappers);
}

/** The run script that activates the conda environment of the image, or of the install; undefined where there is none. */
export function activatorOf({
  conda,
  condaPackages,
}: Pick<ResolvedInstall, 'conda' | 'condaPackages'>): string | undefined {
  if (condaPackages !== undefined) return `${runscriptsInside}/conda-packages-exec`;
  return conda === undefined ? undefined : `${runscriptsInside}/conda-exec`;
}

/** Variables that an install sets inside the container, literal values. */
export function containerVariablesOf(
  install: Pick<
    ResolvedInstall,
    'image' | 'conda' | 'condaPackages' | 'venv' | 'env' | 'userSoftware' | 'containerEnv' | 'policy' | 'mpi'
  >,
): Variable[] {
  const { conda, condaPackages: packages, venv, env, userSoftware, policy } = install;
  const hasImage = install.image !== undefined;
  const variables: Record<string, string> = {
    ...(conda === undefined ? {} : { WITH_CONDA: `source ${conda.root}/bin/activate ${conda.name}` }),
    ...(venv === undefined ? {} : { VIRTUAL_ENV: venvInside(venv.name, userSoftware) }),
    ...(packages === undefined
      ? {}
      : { CONDA_PREFIX: condaPrefixInside(packages.name, userSoftware), CONDA_DEFAULT_ENV: packages.name }),
    // Packages that others of the group are to use are written by their umask.
    ...(policy.softwareUmask === undefined || !hasImage ? {} : pipGuard),
    ...env.container,
  };
  return [
    // What keeps the host out of containers is for those of ctinstall.
    ...Object.entries(hasImage ? install.containerEnv.set : {}).flatMap(([name, value]) =>
      Object.hasOwn(variables, name) ? [] : [{ name, value, isDefault: true }],
    ),
    ...mpiVariablesOf(install).filter(({ name }) => !Object.hasOwn(variables, name)),
    ...Object.entries(variables).map(([name, value]) => ({ name, value })),
  ];
}

/** What MPI needs where each container has a user namespace of its own, unless the user has ranks share one, or knows better. */
function mpiVariablesOf({ mpi }: Pick<ResolvedInstall, 'mpi'>): Variable[] {
  return Object.entries(mpi?.decision?.variables ?? {}).map(([name, value]) => ({
    name,
    value,
    isDefault: true,
    unless: isOfNamespaces(name) ? [name, 'APPTAINER_SHARENS'] : [name],
  }));
}

/** Path variables that an install adds to inside. What it puts in front of `PATH` is not here: {@link containerPathOf}. */
export function containerPathsOf({ env }: Pick<ResolvedInstall, 'env'>): PathInside[] {
  return Object.entries(env.containerPaths).flatMap(([name, { prepend, append }]) => {
    const [front, end] = [name === 'PATH' ? [] : prepend, append].map((paths) => escapeForRuntime(paths.join(':')));
    return describePathInside(name, front ?? '', end ?? '');
  });
}

function describePathInside(variable: string, front: string, end: string): PathInside[] {
  if (front === '' && end === '') return [];
  const before = front === '' ? '' : `${front}:`;
  const behind = end === '' ? '' : `:${end}`;
  // The runtime itself puts this one behind the image's.
  if (variable === 'PATH') return [{ name: 'APPEND_PATH', value: end, before, behind }];
  const images = `\${${variable}:+${front === '' ? `$${variable}:` : `:$${variable}`}}`;
  const value = front === '' ? images + end : front + images + behind;
  return [{ name: variable, value, before, behind }];
}

/** What an install puts in front of the container's `PATH`. */
export function containerPathOf(
  install: Pick<ResolvedInstall, 'image' | 'condaPackages' | 'venv' | 'env' | 'wrappers' | 'userSoftware'>,
): ContainerPath[] {
  const { condaPackages: packages, venv, env, userSoftware } = install;
  const paths = [
    ...(install.image === undefined ? [] : [runscriptsInside]),
    ...(venv === undefined ? [] : [containerPath(`${venvInside(venv.name, userSoftware)}/bin`)]),
    ...(packages === undefined ? [] : [containerPath(`${condaPrefixInside(packages.name, userSoftware)}/bin`)]),
    ...(env.containerPaths.PATH?.prepend ?? []).map(containerPath),
    ...install.wrappers.directories.map(({ from }) => from),
  ];
  return [...new Set(paths)];
}

/** All binds of an install but user software, which is decided anew at each load. */
export function bindsOf(install: Pick<ResolvedInstall, 'image' | 'binds' | 'installDir' | 'wrappers'>): Bind[] {
  if (install.image === undefined) return [...install.binds];
  const runscripts: Bind = {
    host: joinHost(install.installDir, 'runscripts'),
    container: runscriptsInside,
    access: 'ro',
    optional: false,
    origin: 'run scripts',
  };
  const bin = joinHost(install.installDir, 'bin');
  // Virtual environments that were made on top of the install have links to its wrappers, which they need inside too.
  const wrappers: Bind = {
    host: bin,
    container: containerPath(bin),
    access: 'ro',
    optional: true,
    origin: 'wrappers',
  };
  return [...install.binds, runscripts, ...(hasWrappers(install) ? [wrappers] : [])];
}

/**
 * The runtimes evaluate the value of `SINGULARITYENV_X` inside double quotes in a shell in the container: escaped like
 * this it comes out as it went in. (They escape `"` themselves.)
 */
export function escapeForRuntime(value: string): string {
  return value.replace(/[\\$`]/g, '\\$&');
}
