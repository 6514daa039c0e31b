import type { BindAccess, EasyconfigCommand } from '../easyconfig/types.ts';
import { containerPath, type HostPath, joinHost, type StagingDir } from '../lib/paths.ts';
import {
  bindsOf,
  containerPathOf,
  containerVariablesOf,
  escapeForRuntime,
  venvInside,
} from '../modulefile/container-environment.ts';
import type { Bind, ResolvedInstall } from '../resolve/types.ts';
import { placesOf } from './places.ts';
import type { PlanInputs } from './plan-install.ts';
import type { RunInContainerStep, Step } from './types.ts';

/** Whether this install makes the venv of the recipe: one that is there is the user's. */
export function makesVenv({ venv }: ResolvedInstall, { hasVenv }: PlanInputs): boolean {
  return venv !== undefined && !hasVenv;
}

export function planUserSoftware(
  install: ResolvedInstall,
  inputs: PlanInputs,
  { staging, image }: { staging: StagingDir; image: HostPath },
): Step[] {
  const directory = joinHost(staging, 'user-software');
  if (install.venv === undefined || !makesVenv(install, inputs))
    return inputs.hasUserSoftware ? [] : [{ kind: 'make-directory', path: directory }];
  const place = venvInside(install.venv.name);
  const makeVenv = ['-m', 'venv', '--system-site-packages', place];
  // The environment's activate script is written for bash, and must see only its own argument.
  const inConda = 'activate=$1 environment=$2; shift 2; . "$activate" "$environment" && exec python "$@"';
  const argv: [string, ...string[]] =
    install.conda === undefined
      ? ['python3', ...makeVenv]
      : ['bash', '-c', inConda, 'venv', `${install.conda.root}/bin/activate`, install.conda.name, ...makeVenv];
  return [
    { kind: 'make-directory', path: directory },
    planRun({ ...install, venv: undefined }, `create the virtual environment ${place}`, argv, {
      image,
      binds: [],
      userSoftware: { directory, access: 'rw' },
    }),
  ];
}

/** A command of ctinstall's own that looks into the image, with the user software that is there or will be. */
export function planLook(
  install: ResolvedInstall,
  { purpose, argv }: { purpose: string; argv: readonly [string, ...string[]] },
  { image, directory }: { image: HostPath; directory: HostPath },
): RunInContainerStep {
  // What only some nodes have need not be here.
  const binds = readOnly(install.binds).map((bind) => ({ ...bind, optional: true }));
  return planRun(install, purpose, argv, { image, binds, userSoftware: { directory, access: 'ro' } });
}

/** The recipe's own commands, with the install dir at hand inside the container; what they leave there is recorded. */
export function planPostInstall(install: ResolvedInstall, image: HostPath): Step[] {
  if (install.postInstall.length === 0) return [];
  const { installDir } = install;
  const binds = [
    ...readOnly(bindsOf(install)),
    {
      host: installDir,
      container: containerPath(installDir),
      access: 'rw' as const,
      optional: false,
      origin: 'post_install',
    },
  ];
  return [
    ...install.postInstall.map((command) =>
      planCommand('post-install', command, { install, image, binds, access: 'rw' }),
    ),
    { kind: 'record-additions', root: installDir, recordFile: '.ctinstall/record.json' },
  ];
}

export function planSanityChecks(install: ResolvedInstall, image: HostPath): Step[] {
  const binds = readOnly(bindsOf(install));
  return install.sanityCheckCommands.map((command) =>
    planCommand('sanity check', command, { install, image, binds, access: 'ro' }),
  );
}

/** A recipe can come from anyone: its commands change the install, and nothing else that is bound. */
function readOnly(binds: readonly Bind[]): Bind[] {
  return binds.map((bind) => ({ ...bind, access: 'ro' }));
}

interface CommandPlace extends Pick<RunInContainerStep, 'image' | 'binds'> {
  readonly install: ResolvedInstall;
  /** To the user software. */
  readonly access: BindAccess;
}

function planCommand(
  what: 'post-install' | 'sanity check',
  { command, host }: EasyconfigCommand,
  { install, image, binds, access }: CommandPlace,
): Step {
  if (host)
    return {
      kind: 'run-on-host',
      purpose: `${what} on the host: ${command}`,
      cwd: install.installDir,
      environment: { CONTAINERROOT: install.installDir, SIF: image },
      command,
    };
  const userSoftware = { directory: joinHost(install.installDir, 'user-software'), access };
  return planRun(install, `${what}: ${command}`, ['sh', '-c', command], { image, binds, userSoftware });
}

function planRun(
  install: Pick<ResolvedInstall, 'prefix' | 'name' | 'fullVersion' | 'runtime' | 'conda' | 'venv' | 'env' | 'wrappers'>,
  purpose: string,
  argv: readonly [string, ...string[]],
  place: Pick<RunInContainerStep, 'image' | 'binds' | 'userSoftware'>,
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
    environment: Object.fromEntries(variables.map(({ name, value }) => [name, escapeForRuntime(value)])),
    argv,
  };
}
