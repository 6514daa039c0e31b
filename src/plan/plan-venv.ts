import type { VirtualEnvironment } from '../easyconfig/types.ts';
import { containerPath, type HostPath, joinHost } from '../lib/paths.ts';
import { runscriptsInside, venvInside, venvsInside } from '../modulefile/container-environment.ts';
import type { Bind, ResolvedInstall } from '../resolve/types.ts';
import { makesVenv } from './makes-venv.ts';
import { requirementsFile } from './plan-files.ts';
import type { PlanInputs, VenvRequirements } from './plan-inputs.ts';
import { planRun, readOnly, type StagedPlace } from './plan-run.ts';
import { lookMark } from './plan-wrappers.ts';
import type { RunInContainerStep } from './steps/run-in-container.ts';
import type { Step } from './steps/step.ts';

/** The user software of a new install, or the venv that is new in it; what is there is left alone. */
export function planUserSoftware(
  install: ResolvedInstall,
  inputs: PlanInputs,
  { staging, image }: StagedPlace,
): Step[] {
  const directory = joinHost(staging, 'user-software');
  const { venv } = install;
  if (venv === undefined || !makesVenv(install, inputs))
    return inputs.hasUserSoftware || install.userSoftware.from !== undefined
      ? []
      : [{ kind: 'make-directory', path: directory }];
  const place = { image, directory, runscripts: joinHost(staging, 'runscripts') };
  const { requirements } = inputs;
  const file = joinHost(staging, requirementsFile);
  return [
    { kind: 'make-directory', path: directory },
    planMakingVenv(install, { name: venv.name, showsPackages: true }, place),
    ...(requirements === undefined || requirements.text.trim() === ''
      ? []
      : [planRequirements(install, { ...venv, requirements, file }, place)]),
  ];
}

/** Where the work on a virtual environment is done. */
export interface VenvPlace {
  readonly image: HostPath;
  /** The user software. */
  readonly directory: HostPath;
  readonly runscripts: HostPath;
}

/** Makes a virtual environment with the Python of the image, or of its conda environment. */
export function planMakingVenv(
  install: ResolvedInstall,
  { name, showsPackages }: { name: string; showsPackages: boolean },
  place: VenvPlace,
): RunInContainerStep {
  const options = showsPackages ? ['--system-site-packages'] : [];
  const python = install.conda === undefined ? 'python3' : 'python';
  const venv = venvInside(name, install.userSoftware);
  const argv = [`${runscriptsInside}/make-venv`, '', python, ...options, venv] as const;
  const binds = optional(readOnly(install.binds));
  return {
    ...planWork(install, `create the virtual environment ${venv}`, { argv, binds, place }),
    hintOnFailure: `the image needs a \`${python}\` with the module \`venv\`: \`ctinstall show <image>\` says what is in one`,
  };
}

/** The image may be no more than a place for what is bound; what only some nodes have need not be here. */
function optional(binds: readonly Bind[]): Bind[] {
  return binds.map((bind) => ({ ...bind, optional: true }));
}

/** Installs what a requirements file names into a virtual environment; pip sees the path that it will have. */
export function planRequirements(
  install: ResolvedInstall,
  venv: Pick<VirtualEnvironment, 'name' | 'installer'> & {
    readonly requirements: VenvRequirements;
    /** Where its text is. */
    readonly file: HostPath;
  },
  place: VenvPlace,
): RunInContainerStep {
  const { options, paths, uv } = venv.requirements;
  const usesUv = uv !== undefined && venv.installer !== 'pip';
  const argv = [
    `${runscriptsInside}/install-requirements`,
    venvInside(venv.name, install.userSoftware),
    fileInside,
    venv.installer,
    usesUv ? uvInside : '',
    ...options,
  ] as const;
  const binds = [
    ...readOnly(install.binds),
    shown(venv.file, fileInside),
    ...(usesUv ? [shown(uv, uvInside)] : []),
    ...paths.map((path) => shown(path, path)),
  ];
  const work = planWork(install, `install the requirements of ${venvInside(venv.name, install.userSoftware)}`, {
    argv,
    binds,
    place,
  });
  return {
    ...work,
    hintOnFailure: 'fix what is to be installed, or where pip looks for it: `pip_options`, the network, a proxy',
  };
}

/** Prints the names of the virtual environments, each on a line that begins with {@link lookMark}. */
export function planListingVenvs(install: ResolvedInstall, place: VenvPlace): RunInContainerStep {
  const script = `for venv in "$1"/*; do [ ! -f "$venv/pyvenv.cfg" ] || printf '${lookMark}\\t%s\\n' "\${venv##*/}"; done`;
  const argv = ['sh', '-c', script, 'list', venvsInside(install.userSoftware)] as const;
  return planWork(install, 'list the virtual environments', { argv, binds: [], place });
}

/** At the top, where nothing of an image is. */
const fileInside = '/requirements.txt';
const uvInside = '/.ctinstall-uv';

function shown(host: HostPath, container: string): Bind {
  return { host, container: containerPath(container), access: 'ro', optional: false, origin: 'python.venv' };
}

/** The environment's activate script is written for bash, and must see only its own argument. */
const inConda = 'activate=$1 environment=$2; shift 2; . "$activate" "$environment" && exec "$@"';

/** An image may say itself how its conda environment is activated. */
export const inCondaOfImage =
  'if [ "$WITH_CONDA" ]; then exec bash -c \'$WITH_CONDA && exec "$@"\' venv "$@"; fi; exec "$@"';

function planWork(
  install: ResolvedInstall,
  purpose: string,
  { argv, binds, place }: { argv: readonly [string, ...string[]]; binds: readonly Bind[]; place: VenvPlace },
): RunInContainerStep {
  const { conda } = install;
  const whole: [string, ...string[]] =
    conda === undefined
      ? ['sh', '-c', inCondaOfImage, 'venv', ...argv]
      : ['bash', '-c', inConda, 'venv', `${conda.root}/bin/activate`, conda.name, ...argv];
  return planRun({ ...install, venv: undefined, wrappers: outsideVenvs(install) }, purpose, whole, {
    image: place.image,
    binds: firstOfEach([shown(place.runscripts, runscriptsInside), ...binds]),
    userSoftware: { directory: place.directory, container: install.userSoftware.path, access: 'rw' },
    staged: [],
    mountPoints: [],
  });
}

/** Programs of virtual environments have wrappers too; another one is made with the Python of the image all the same. */
function outsideVenvs({ wrappers, userSoftware }: ResolvedInstall): ResolvedInstall['wrappers'] {
  const venvs = `${venvsInside(userSoftware)}/`;
  return { ...wrappers, directories: wrappers.directories.filter(({ from }) => !from.startsWith(venvs)) };
}

/** Each place in the container once, parents before what is below them: SingularityCE mounts in this order. */
function firstOfEach(binds: readonly Bind[]): Bind[] {
  const depthOf = ({ container }: Bind): number => container.split('/').length;
  return [...new Map(binds.toReversed().map((bind) => [bind.container, bind])).values()]
    .toReversed()
    .sort((a, b) => depthOf(a) - depthOf(b));
}
