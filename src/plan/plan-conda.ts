import { posix } from 'node:path';
import { condaPathsIn } from '../conda/place-paths.ts';
import { describeBadBindPath, describeBadContainerPath } from '../easyconfig/rules.ts';
import { containerPath, hostPath, joinHost } from '../lib/paths.ts';
import { condaPrefixInside } from '../modulefile/container-environment.ts';
import type { Bind, ResolvedInstall } from '../resolve/types.ts';
import type { PlanInputs } from './plan-inputs.ts';
import { planRun, type StagedPlace } from './plan-run.ts';
import type { MakeCondaStep } from './steps/make-conda.ts';

/** In the order in which they are looked for. */
export const condaPrograms = ['conda', 'mamba', 'micromamba'] as const;

export const condaMark = '@ctinstall-conda@';

/** Some make conda a function of the shell when they start. */
const look = `for program; do
  path=$(unset -f "$program" 2>/dev/null; command -v "$program") && case $path in /*) printf '${condaMark}\\t%s\\n' "$path" ;; esac
done
true`;

/** The name under which the list is kept with the install: conda goes by its ending. */
export function keptCondaFile(text: string): string {
  return isExplicit(text) ? '.ctinstall/environment.txt' : '.ctinstall/environment.yml';
}

function isExplicit(text: string): boolean {
  return /^@EXPLICIT\s*$/m.test(text);
}

/** The environment of a first install: user software that is there is the user's. */
export function planConda(install: ResolvedInstall, inputs: PlanInputs, place: StagedPlace): MakeCondaStep[] {
  const { condaPackages: packages, userSoftware } = install;
  const text = inputs.condaFileText;
  if (packages === undefined || text === undefined || inputs.hasUserSoftware) return [];
  const kept = keptCondaFile(text);
  const file = containerPath(`/ctinstall-${posix.basename(kept)}`);
  const prefix = condaPrefixInside(packages.name, userSoftware);
  const list: Bind = {
    host: joinHost(place.staging, kept),
    container: file,
    access: 'ro',
    optional: false,
    origin: '',
  };
  const directory = joinHost(place.staging, 'user-software');
  const views = {
    image: place.image,
    userSoftware: { directory, container: userSoftware.path, access: 'rw' as const },
    staged: [],
    mountPoints: [],
  };
  // Host paths of the easyconfig's binds may be what a channel is on, and the host's root as a base is made of them.
  const binds = install.binds.map((bind): Bind => ({ ...bind, access: 'ro', optional: true }));
  const bare = { ...install, condaPackages: undefined };
  const run = planRun(bare, `create the conda environment ${prefix}`, ['conda'], {
    ...views,
    binds: [...binds, ...channelBinds(text), list],
  });
  return [
    {
      kind: 'make-conda',
      conda: {
        prefix,
        directory: joinHost(directory, 'conda', packages.name),
        file,
        list: list.host,
        isExplicit: isExplicit(text),
        program: packages.program,
      },
      look: planRun(bare, 'look for conda in the image', ['sh', '-c', look, 'look', ...condaPrograms], {
        ...views,
        binds,
      }),
      run: { ...run, environment: { ...run.environment, ...condaEnvironment } },
    },
  ];
}

/** `/tmp` is empty and of this run only: nothing of the user's counts, and nothing is left. */
const condaEnvironment = {
  CONDA_ALWAYS_YES: 'true',
  MAMBA_ALWAYS_YES: 'true',
  CONDA_PKGS_DIRS: '/tmp/conda-packages',
  CONDA_ENVS_DIRS: '/tmp/conda-environments',
  MAMBA_ROOT_PREFIX: '/tmp/conda',
  CONDA_NOTIFY_OUTDATED_CONDA: 'false',
};

/** What a list of packages names: directories that are channels or have packages in them, and files of requirements. */
function channelBinds(text: string): Bind[] {
  const urls = Array.from(text.matchAll(/file:\/\/(\/[^\s'"\],#]+)/g), ([, path = '']) => path);
  const directories = [...urls, ...condaPathsIn(text)].map((path) =>
    /\.(conda|tar\.bz2)$/.test(path) ? posix.dirname(path) : path,
  );
  return [...new Set(directories)]
    .filter((path) => describeBadBindPath(path) === undefined && describeBadContainerPath(path) === undefined)
    .map((path) => ({
      host: hostPath(path),
      container: containerPath(path),
      access: 'ro' as const,
      optional: true,
      origin: 'channel',
    }));
}
