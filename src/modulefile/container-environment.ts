import type { ContainerPath } from '../lib/paths.ts';
import { containerPath, joinHost } from '../lib/paths.ts';
import type { Bind, ResolvedInstall } from '../resolve/types.ts';
import type { Variable } from './types.ts';

/** Where the run scripts of an install are seen inside the container. */
export const runscriptsInside = containerPath('/runscripts');
/** Where the user's additions are seen inside the container. */
export const userSoftwareInside = containerPath('/user-software');

export function venvInside(name: string): ContainerPath {
  return containerPath(`${userSoftwareInside}/venv/${name}`);
}

/** Variables that an install sets inside the container, literal values. */
export function containerVariablesOf(install: Pick<ResolvedInstall, 'conda' | 'venv' | 'env'>): Variable[] {
  const { conda, venv, env } = install;
  const variables: Record<string, string> = {
    ...(conda === undefined ? {} : { WITH_CONDA: `source ${conda.root}/bin/activate ${conda.name}` }),
    ...(venv === undefined ? {} : { VIRTUAL_ENV: venvInside(venv.name) }),
    ...env.container,
  };
  return Object.entries(variables).map(([name, value]) => ({ name, value }));
}

/** What an install puts in front of the container's `PATH`. */
export function containerPathOf(install: Pick<ResolvedInstall, 'venv'>): ContainerPath[] {
  return [
    runscriptsInside,
    ...(install.venv === undefined ? [] : [containerPath(`${venvInside(install.venv.name)}/bin`)]),
  ];
}

/** All binds of an install but `/user-software`, which is decided anew at each load. */
export function bindsOf(install: Pick<ResolvedInstall, 'binds' | 'installDir'>): Bind[] {
  const runscripts: Bind = {
    host: joinHost(install.installDir, 'runscripts'),
    container: runscriptsInside,
    access: 'ro',
    optional: false,
    origin: 'run scripts',
  };
  return [...install.binds, runscripts];
}

/**
 * The runtimes evaluate the value of `SINGULARITYENV_X` inside double quotes in a shell in the container: escaped like
 * this it comes out as it went in. (They escape `"` themselves.)
 */
export function escapeForRuntime(value: string): string {
  return value.replace(/[\\$`]/g, '\\$&');
}
