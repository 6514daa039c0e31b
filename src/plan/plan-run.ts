import { type HostPath, joinHost, type StagingDir } from '../lib/paths.ts';
import {
  containerPathOf,
  containerPathsOf,
  containerVariablesOf,
  escapeForRuntime,
} from '../modulefile/container-environment.ts';
import type { Bind, ResolvedInstall } from '../resolve/types.ts';
import { placesOf } from './places.ts';
import type { RunInContainerStep } from './steps/run-in-container.ts';

/** Where an install is while it is built. */
export interface StagedPlace {
  readonly staging: StagingDir;
  readonly image: HostPath;
}

/** A recipe can come from anyone: its commands change the install, and nothing else that is bound. */
export function readOnly(binds: readonly Bind[]): Bind[] {
  return binds.map((bind) => ({ ...bind, access: 'ro' }));
}

/** Runs a command in the container, with the variables that the module would set there. */
export function planRun(
  install: Pick<
    ResolvedInstall,
    | 'image'
    | 'prefix'
    | 'name'
    | 'fullVersion'
    | 'runtime'
    | 'conda'
    | 'condaPackages'
    | 'venv'
    | 'env'
    | 'wrappers'
    | 'userSoftware'
    | 'containerEnv'
    | 'policy'
    | 'mpi'
  >,
  purpose: string,
  argv: readonly [string, ...string[]],
  place: Pick<RunInContainerStep, 'image' | 'binds' | 'userSoftware' | 'staged' | 'mountPoints'>,
): RunInContainerStep {
  const variables = [
    ...Object.entries(install.env.module).map(([name, value]) => ({ name, value })),
    ...containerVariablesOf(install),
    { name: 'PREPEND_PATH', value: containerPathOf(install).join(':') },
  ];
  return {
    kind: 'run-in-container',
    purpose,
    runtime: install.runtime,
    // Not in the staging directory, all of which is published.
    work: joinHost(placesOf(install.prefix, install.name, install.fullVersion).retired, 'work'),
    ...place,
    environment: Object.fromEntries([
      ...variables.map(({ name, value }) => [name, escapeForRuntime(value)]),
      ...containerPathsOf(install).map(({ name, value }) => [name, value]),
    ]),
    argv,
  };
}
