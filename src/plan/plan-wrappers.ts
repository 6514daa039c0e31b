import { joinHost, type StagingDir } from '../lib/paths.ts';
import { hasWrappers, wrappersDirectory } from '../modulefile/container-environment.ts';
import type { ResolvedInstall } from '../resolve/types.ts';
import { neverWrapped } from '../resolve/wrappers.ts';
import { planLook } from './plan-commands.ts';
import type { PlanInputs } from './plan-inputs.ts';
import type { StagedPlace } from './plan-run.ts';
import type { MakeWrappersStep } from './steps/make-wrappers.ts';

/** Links for the programs of the image that get wrappers; what is in its directories is known once it is there. */
export function planWrappers(install: ResolvedInstall, inputs: PlanInputs, place: StagedPlace): MakeWrappersStep[] {
  if (!hasWrappers(install)) return [];
  const { commands, directories } = install.wrappers;
  return [
    {
      kind: 'make-wrappers',
      bin: joinHost(place.staging, 'bin'),
      onPath: onPathOf(install, place.staging, []),
      commands: commands.map(({ name, command }) => ({ name, command })),
      directories,
      never: neverWrapped,
      look: planLook(install, inputs, {
        purpose: 'look which programs the image has',
        argv: argvOf(install),
        ...place,
      }),
    },
  ];
}

/** Links for those that are named, with no look at what is there; `kept`: names of wrappers that stay as they are. */
export function planNamedWrappers(
  install: ResolvedInstall,
  staging: StagingDir,
  kept: readonly string[],
): MakeWrappersStep[] {
  const onPath = onPathOf(install, staging, kept);
  if (install.wrappers.commands.length === 0 && onPath === undefined) return [];
  const commands = install.wrappers.commands.map(({ name, command }) => ({ name, command }));
  const bin = joinHost(staging, 'bin');
  return [{ kind: 'make-wrappers', bin, onPath, commands, directories: [], never: neverWrapped, look: undefined }];
}

/** A tool's module puts only its wrappers on `PATH`, for the scripts of ctinstall are called the same in every install. */
function onPathOf(install: ResolvedInstall, staging: StagingDir, kept: readonly string[]): MakeWrappersStep['onPath'] {
  if (install.moduleKind !== 'tool') return undefined;
  const asked = install.scripts.filter(({ name }) => name === 'start-shell');
  const links = [
    ...asked.map(({ name }) => ({ name: `${install.name}-${name}`, file: name })),
    ...kept.map((name) => ({ name, file: name })),
  ];
  return { directory: joinHost(staging, wrappersDirectory), links };
}

/** Tells lines of {@link look} from what an image prints when it starts. */
export const lookMark = '@ctinstall@';

/** For any shell; conda's script of activation is for bash, and must see only its own argument. */
const look = `
activate=$1 environment=$2 count=$3
shift 3
if [ -n "$activate" ]; then . "$activate" "$environment"; fi
while [ "$count" -gt 0 ]; do
  command -v "$1" >/dev/null || printf '${lookMark}\\tmissing\\t%s\\n' "$1"
  shift
  count=$((count - 1))
done
locale -a 2>/dev/null | while read -r name; do printf '${lookMark}\\tlocale\\t%s\\n' "$name"; done
newline='
'
for directory; do
  if [ ! -d "$directory" ]; then printf '${lookMark}\\tno-directory\\t%s\\n' "$directory"; fi
  for program in "$directory"/*; do
    if [ -f "$program" ] && [ -x "$program" ]; then
      case $program in
        *"$newline"*) printf '${lookMark}\\tprogram\\t%s?%s\\n' "\${program%%"$newline"*}" "\${program##*"$newline"}" ;;
        *) printf '${lookMark}\\tprogram\\t%s\\n' "$program" ;;
      esac
    fi
  done
done
`;

const findBash = `
for bash in /bin/bash /usr/bin/bash /usr/local/bin/bash; do
  if [ -x "$bash" ]; then exec "$bash" -c "$@"; fi
done
exec bash -c "$@"
`;

function argvOf({ conda, wrappers: { commands, directories } }: ResolvedInstall): [string, ...string[]] {
  const programs = [...new Set(commands.map(({ command }) => command))];
  const rest = [String(programs.length), ...programs, ...directories.map(({ from }) => from)];
  const environment = conda === undefined ? ['', ''] : [`${conda.root}/bin/activate`, conda.name];
  // The shells by their places: on PATH may be one of the very programs that are looked for.
  if (conda === undefined) return ['/bin/sh', '-c', look, 'look', ...environment, ...rest];
  return ['/bin/sh', '-c', findBash, 'find-bash', look, 'look', ...environment, ...rest];
}
