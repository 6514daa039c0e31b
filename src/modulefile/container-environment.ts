import type { UserSoftware } from '../easyconfig/types.ts';
import type { ContainerPath } from '../lib/paths.ts';
import { containerPath, joinHost } from '../lib/paths.ts';
import type { Bind, ResolvedInstall } from '../resolve/types.ts';
import { hasPrograms } from '../resolve/wrappers.ts';
import type { Variable } from './types.ts';

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

/** What keeps pip from installing elsewhere while the user software is packed; what the recipe sets itself, stays. */
export function packedVariablesOf({ env }: Pick<ResolvedInstall, 'env'>): Variable[] {
  return [{ name: 'PIP_PYTHON', value: `${runscriptsInside}/pip-when-packed` }].filter(
    ({ name }) => env.container[name] === undefined,
  );
}

/** Where a conda environment of the install's own is seen inside the container. */
export function condaPrefixInside(name: string, { path }: Pick<UserSoftware, 'path'>): ContainerPath {
  return containerPath(`${path}/conda/${name}`);
}

/** Whether programs of the image have wrappers. */
export function hasWrappers({ wrappers }: Pick<ResolvedInstall, 'wrappers'>): boolean {
  return hasPrograms(wrappers);
}

/** Variables that an install sets inside the container, literal values. */
export function containerVariablesOf(
  install: Pick<ResolvedInstall, 'conda' | 'condaPackages' | 'venv' | 'env' | 'userSoftware' | 'containerEnv'>,
): Variable[] {
  const { conda, condaPackages: packages, venv, env, userSoftware } = install;
  const variables: Record<string, string> = {
    ...(conda === undefined ? {} : { WITH_CONDA: `source ${conda.root}/bin/activate ${conda.name}` }),
    ...(venv === undefined ? {} : { VIRTUAL_ENV: venvInside(venv.name, userSoftware) }),
    ...(packages === undefined
      ? {}
      : { CONDA_PREFIX: condaPrefixInside(packages.name, userSoftware), CONDA_DEFAULT_ENV: packages.name }),
    ...env.container,
  };
  return [
    ...Object.entries(install.containerEnv.set).flatMap(([name, value]) =>
      Object.hasOwn(variables, name) ? [] : [{ name, value, isDefault: true }],
    ),
    ...Object.entries(variables).map(([name, value]) => ({ name, value })),
  ];
}

/** What an install puts in front of the container's `PATH`. */
export function containerPathOf(
  install: Pick<ResolvedInstall, 'condaPackages' | 'venv' | 'wrappers' | 'userSoftware'>,
): ContainerPath[] {
  const { condaPackages: packages, venv, userSoftware } = install;
  const paths = [
    runscriptsInside,
    ...(venv === undefined ? [] : [containerPath(`${venvInside(venv.name, userSoftware)}/bin`)]),
    ...(packages === undefined ? [] : [containerPath(`${condaPrefixInside(packages.name, userSoftware)}/bin`)]),
    ...install.wrappers.directories.map(({ from }) => from),
  ];
  return [...new Set(paths)];
}

/** All binds of an install but user software, which is decided anew at each load. */
export function bindsOf(install: Pick<ResolvedInstall, 'binds' | 'installDir' | 'wrappers'>): Bind[] {
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
