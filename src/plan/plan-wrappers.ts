import { neverWrapped } from '../easyconfig/never-wrapped.ts';
import { joinHost, type StagingDir } from '../lib/paths.ts';
import { hasWrappers, wrappersDirectory } from '../modulefile/container-environment.ts';
import type { ResolvedInstall } from '../resolve/types.ts';
import { withCompanions } from '../resolve/wrapper-companions.ts';
import { planLook } from './plan-commands.ts';
import type { PlanInputs } from './plan-inputs.ts';
import type { StagedPlace } from './plan-run.ts';
import type { MakeWrappersStep } from './steps/make-wrappers.ts';

/** Links for the programs of the image that get wrappers; what is in its directories is known once it is there. */
export function planWrappers(install: ResolvedInstall, inputs: PlanInputs, place: StagedPlace): MakeWrappersStep[] {
  // Of the user's own console scripts, which are in the user software that stays.
  const user = inputs.previous?.userWrappers ?? [];
  if (!hasWrappers(install))
    return user.length === 0 ? [] : planNamedWrappers(install, place.staging, { kept: [], fresh: user });
  const { directories } = install.wrappers;
  return [
    {
      kind: 'make-wrappers',
      bin: joinHost(place.staging, 'bin'),
      onPath: onPathOf(install, place.staging, []),
      commands: withNames(install, user),
      directories,
      never: neverWrapped,
      look: planLook(install, inputs, {
        purpose: 'look which programs the image has',
        argv: lookArgvOf(install),
        ...place,
      }),
    },
  ];
}

/**
 * Links for those that are named, with no look at what is there; `kept`: names of wrappers that stay as they are; `fresh`: of
 * programs in user software that get one.
 */
export function planNamedWrappers(
  install: ResolvedInstall,
  staging: StagingDir,
  { kept, fresh }: { readonly kept: readonly string[]; readonly fresh: readonly string[] },
): MakeWrappersStep[] {
  const onPath = onPathOf(install, staging, kept);
  const commands = withNames(install, fresh);
  if (commands.length === 0 && onPath === undefined) return [];
  const bin = joinHost(staging, 'bin');
  return [{ kind: 'make-wrappers', bin, onPath, commands, directories: [], never: neverWrapped, look: undefined }];
}

function withNames({ wrappers: { commands } }: ResolvedInstall, more: readonly string[]): MakeWrappersStep['commands'] {
  const named = commands.map(({ name, command }) => ({ name, command }));
  const others = more.filter((name) => !named.some((each) => each.name === name));
  return [...named, ...others.map((name) => ({ name, command: name }))];
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
count=$1
shift
path=$PATH:
while [ "$count" -gt 0 ]; do
  rest=$path
  while [ "$rest" ]; do
    for program in "\${rest%%:*}/$1"3 "\${rest%%:*}/$1"3.* "\${rest%%:*}/$1".*; do
      if [ -f "$program" ] && [ -x "$program" ]; then printf '${lookMark}\\tcompanion\\t%s\\n' "\${program##*/}"; fi
    done
    rest=\${rest#*:}
  done
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

/** Looks which programs and directories of wrappers there are; run scripts are not of the image. */
export function lookArgvOf({ conda, scripts, files, wrappers }: ResolvedInstall): [string, ...string[]] {
  const { commands, directories } = wrappers;
  const names = [
    ...scripts.flatMap(({ name, directory }) => (directory === 'runscripts' ? [name] : [])),
    ...files.flatMap(({ path }) => (path.startsWith('runscripts/') ? [path.slice('runscripts/'.length)] : [])),
  ];
  const own = names.flatMap((name) => (name.includes('/') ? [`/runscripts/${name}`] : [name, `/runscripts/${name}`]));
  const programs = [...new Set(commands.map(({ command }) => command))].filter((program) => !own.includes(program));
  const others = withCompanions(commands);
  const rest = [
    String(programs.length),
    ...programs,
    String(others.length),
    ...others,
    ...directories.map(({ from }) => from),
  ];
  const environment = conda === undefined ? ['', ''] : [`${conda.root}/bin/activate`, conda.name];
  // The shells by their places: on PATH may be one of the very programs that are looked for.
  if (conda === undefined) return ['/bin/sh', '-c', look, 'look', ...environment, ...rest];
  return ['/bin/sh', '-c', findBash, 'find-bash', look, 'look', ...environment, ...rest];
}
