import { requireModulesCommand } from '../../discover/modules-command.ts';
import { isDirectory, makeDirectory, removeTree, writeFileWhole } from '../../host/files.ts';
import { commandError } from '../../host/run.ts';
import { CtinstallError } from '../../lib/errors.ts';
import { formatLine } from '../../lib/format.ts';
import { hostPath, joinHost } from '../../lib/paths.ts';
import { describeStep } from '../../plan/describe-step.ts';
import type { RunOnHostStep, TrialModule } from '../../plan/steps/run-on-host.ts';
import type { RunContext } from '../../runtime/run-in-container.ts';
import { runNoted } from '../../transaction/noted-command.ts';
import type { StepDoer } from '../types.ts';

export const runOnHost: StepDoer<'run-on-host'> = { apply: runCommand };

/** Runs a command of the recipe in a shell of the host. Whether the user has allowed that is asked long before. */
async function runCommand(step: RunOnHostStep, context: RunContext): Promise<void> {
  const { module } = step;
  if (module !== undefined) await writeTrial(module);
  await runIn(step, context).finally(() => (module === undefined ? undefined : removeTree(module.directory)));
}

async function runIn(step: RunOnHostStep, context: RunContext): Promise<void> {
  const env = { ...context.environment, ...step.environment };
  const argv = await argvOf(step, env);
  const { signal, note } = context;
  const result = await runNoted(argv, { env, cwd: step.cwd, signal, note });
  for (const line of `${result.stdout}${result.stderr}`.split('\n'))
    if (line !== '') context.log(`  | ${formatLine(line)}`);
  if (result.exitCode === 0) return;
  const shown = ['sh', '-c', step.command] as const;
  const { message, details } = commandError(shown, result, `\`${describeStep(step)}\``, step.cwd);
  const code = step.purpose.startsWith('sanity check') ? 'sanity-check-failed' : 'command-failed';
  throw new CtinstallError(code, message, { details });
}

/**
 * What modules tools write is for the shell to evaluate. The module of before goes first: Environment Modules would leave it
 * as it is, and refuses a second one of a family. A name that is loaded need not have a version.
 */
const loading = `
command=$1 modules=$2 name=$3 count=$4
shift 4
do_module() { eval "$("$modules" bash "$@")"; }
load() {
  do_module load "$1" || exit
  case :$LOADEDMODULES: in
    *":$1:"* | *":$1/"*) return ;;
  esac
  echo "the module $1 could not be loaded" >&2
  exit 1
}
if [ "$name" ]; then
  for loaded in "$name" $MODULES_FAMILY_CTINSTALL_SOFTWARE; do do_module unload "$loaded"; done
fi
for directory in "\${@:count+1}"; do do_module use "$directory"; done
for dependency in "\${@:1:count}"; do load "$dependency"; done
if [ "$name" ]; then load "$name"; fi
exec sh -c "$command"
`;

async function argvOf(
  { command, loads, module }: RunOnHostStep,
  environment: RunContext['environment'],
): Promise<[string, ...string[]]> {
  const { tool, modulePath } = module ?? loads ?? {};
  if (tool === undefined || modulePath === undefined) return ['sh', '-c', command];
  // The last one that is used comes first.
  const used = [
    ...((await isDirectory(modulePath)) ? [modulePath] : []),
    ...(module === undefined ? [] : [module.directory]),
  ];
  const modules = requireModulesCommand(environment, tool);
  const names = loads?.names ?? [];
  const args = [command, modules, module?.name ?? '', String(names.length), ...names, ...used];
  return ['bash', '--norc', '--noprofile', '-c', loading, 'load', ...args];
}

async function writeTrial({ directory, file, content }: TrialModule): Promise<void> {
  const path = joinHost(directory, file);
  await makeDirectory(hostPath('..', path));
  await writeFileWhole(path, content, 0o644);
}
