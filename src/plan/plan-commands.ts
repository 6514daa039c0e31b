import type { BindAccess, EasyconfigCommand } from '../easyconfig/types.ts';
import { containerPath, type HostPath, joinHost, modulePathOf } from '../lib/paths.ts';
import { activatorOf, bindsOf, venvInside } from '../modulefile/container-environment.ts';
import type { Bind, ResolvedInstall } from '../resolve/types.ts';
import { makesVenv } from './makes-venv.ts';
import type { PlanInputs } from './plan-inputs.ts';
import { planRun, readOnly, type StagedPlace } from './plan-run.ts';
import { planTrialModule } from './plan-trial-module.ts';
import type { RunInContainerStep } from './steps/run-in-container.ts';
import type { RunOnHostStep } from './steps/run-on-host.ts';
import type { Step } from './steps/step.ts';

/** A command of ctinstall's own that looks into the image, with the user software that is there or will be. */
export function planLook(
  install: ResolvedInstall,
  inputs: PlanInputs,
  { purpose, argv, staging, image }: StagedPlace & { purpose: string; argv: readonly [string, ...string[]] },
): RunInContainerStep {
  // What only some nodes have need not be here.
  const binds = readOnly(install.binds).map((bind) => ({ ...bind, optional: true }));
  return planRun(install, purpose, argv, { image, binds, ...planViews(install, inputs, { staging, access: 'ro' }) });
}

/**
 * The recipe's own commands. Inside the container they find what is staged at the install dir's path, so that nothing of an
 * earlier install is within their reach but user software; what they leave there is recorded.
 */
export function planPostInstall(install: ResolvedInstall, inputs: PlanInputs, place: HostPlace): Step[] {
  if (install.postInstall.length === 0) return [];
  return [
    ...planCommands('post-install', install, inputs, { ...place, commands: install.postInstall, access: 'rw' }),
    { kind: 'record-additions', root: place.staging },
  ];
}

/** The checks see the same, and change nothing. */
export function planSanityChecks(install: ResolvedInstall, inputs: PlanInputs, place: HostPlace): Step[] {
  const commands = install.sanityCheckCommands;
  return planCommands('sanity check', install, inputs, { ...place, commands, access: 'ro' });
}

/** As {@link StagedPlace}; without an image nothing runs but on the host. */
interface HostPlace extends Pick<StagedPlace, 'staging'> {
  readonly image: HostPath | undefined;
}

interface CommandPlace extends HostPlace {
  readonly commands: readonly EasyconfigCommand[];
  /** To the install dir and the user software. */
  readonly access: BindAccess;
}

function planCommands(
  what: 'post-install' | 'sanity check',
  install: ResolvedInstall,
  inputs: PlanInputs,
  { staging, image, commands, access }: CommandPlace,
): Step[] {
  const isOfInstall = ({ host }: Bind): boolean => host.startsWith(`${install.installDir}/`);
  const place = {
    binds: readOnly(bindsOf(install))
      // What is in the install dir is seen there anyway: by a bind of its own it could not be written to.
      .filter((bind) => !isOfInstall(bind) || `${bind.host}` !== bind.container)
      // One of these commands may be what makes it.
      .map((bind) => (what === 'post-install' && isOfInstall(bind) ? { ...bind, optional: true } : bind)),
    ...planViews(install, inputs, { staging, access }),
  };
  const activator = activatorOf(install);
  return commands.map(({ command, host }) => {
    if (host)
      return {
        kind: 'run-on-host',
        purpose: `${what} on the host: ${command}`,
        cwd: staging,
        environment: { CONTAINERROOT: staging, ...(image === undefined ? {} : { SIF: image }) },
        command,
        ...loadsOf(install),
        ...(what === 'sanity check' ? { module: planTrialModule(install, inputs, { staging, image }) } : {}),
      };
    if (image === undefined) throw new RangeError('a command in a container, and no image');
    return planRun(
      install,
      `${what}: ${command}`,
      activator === undefined ? ['sh', '-c', command] : [activator, 'sh', '-c', command],
      { image, ...place },
    );
  });
}

function loadsOf({
  buildDependencies: names,
  modulesTool: tool,
  prefix,
}: ResolvedInstall): Pick<RunOnHostStep, 'loads'> {
  return names.length === 0 ? {} : { loads: { tool, names, modulePath: modulePathOf(prefix) } };
}

/**
 * The install as it will be: what is staged, at the install dir's path, with the user software that is there already, and
 * the venv that is new in it.
 */
function planViews(
  install: ResolvedInstall,
  inputs: PlanInputs,
  { staging, access }: Pick<CommandPlace, 'staging' | 'access'>,
): Pick<RunInContainerStep, 'userSoftware' | 'staged' | 'mountPoints'> {
  const { installDir, venv } = install;
  const { path: container } = install.userSoftware;
  const staged = { host: staging, container: containerPath(installDir), access };
  if (!inputs.hasUserSoftware)
    return {
      userSoftware: { directory: joinHost(staging, 'user-software'), container, access },
      staged: [staged],
      mountPoints: [installDir, ...mountPointsBelow(install)],
    };
  const directory = joinHost(installDir, 'user-software');
  const inInstallDir = containerPath(directory);
  const view = { host: directory, container: inInstallDir, access };
  const hasNewVenv = venv !== undefined && makesVenv(install, inputs);
  const host = joinHost(staging, 'user-software', 'venv', venv?.name ?? '');
  return {
    userSoftware: { directory, container, access },
    staged: [
      staged,
      view,
      ...(hasNewVenv
        ? [venvInside(venv.name, install.userSoftware), containerPath(`${inInstallDir}/venv/${venv.name}`)]
        : []
      ).map((container) => ({ host, container, access })),
    ],
    mountPoints: [
      installDir,
      ...mountPointsBelow(install),
      joinHost(staging, 'user-software'),
      ...(hasNewVenv ? [joinHost(directory, 'venv'), joinHost(directory, 'venv', venv.name)] : []),
    ],
  };
}

/** The place of user software on the host, where what is around it is bound: an installation that is wrapped may be gone. */
function mountPointsBelow({ binds, userSoftware: { path } }: ResolvedInstall): HostPath[] {
  const around = binds.findLast(({ container }) => path.startsWith(`${container}/`));
  if (around === undefined) return [];
  const parts = path.slice(around.container.length + 1).split('/');
  return parts.map((_, index) => joinHost(around.host, ...parts.slice(0, index + 1)));
}
