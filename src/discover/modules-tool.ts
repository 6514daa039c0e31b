import { ambiguousThing, type Finding, foundThing, missingThing, unusableThing } from '../lib/finding.ts';
import type { ModulesTool } from '../lib/paths.ts';
import { ask, type Machine, textOf } from './machine.ts';

/**
 * The modules tool of this session. Lmod sets `LMOD_CMD` and `LMOD_VERSION`; Environment Modules sets `MODULES_CMD` from
 * 4.5 on, `MODULESHOME` before (as Lmod does too), and says its version when asked. `written` is the one that modulefiles
 * are made for.
 */
export async function checkModulesTool(machine: Machine, written: ModulesTool = 'lmod'): Promise<Finding> {
  const what = 'modules tool';
  const { environment } = machine;
  const { LMOD_CMD: lmod, LMOD_VERSION: lmodVersion, MODULESHOME: home } = environment;
  const program = environment.MODULES_CMD || (lmod === undefined && home ? `${home}/libexec/modulecmd.tcl` : undefined);
  const tools = [
    ...(lmod ? [{ value: `Lmod ${lmodVersion ?? 'of unknown version'}`, how: `LMOD_CMD is \`${lmod}\`` }] : []),
    ...(program === undefined ? [] : [await askEnvironmentModules(program, machine)]).filter(
      (tool) => tool !== undefined,
    ),
  ];
  const [tool, other] = tools;
  if (tool === undefined)
    return missingThing(
      what,
      ['`LMOD_CMD`', '`MODULES_CMD`', ...(home ? [`MODULESHOME, which is \`${home}\``] : ['`MODULESHOME`'])],
      { hint: 'open a login shell, or source the init file of the modules tool: `module load` needs it' },
    );
  if (other !== undefined)
    return ambiguousThing(
      what,
      `${tool.value} or ${other.value}`,
      tools.map(({ how }) => how),
      { hint: 'this session has set up both: `module --version` says which one answers' },
    );
  if (written === 'lmod' && tool.value.startsWith('Environment'))
    return unusableThing(what, `${tool.value}, but the settings have modulefiles made for Lmod`, [tool.how], {
      hint: 'ctinstall settings set modules_tool environment-modules; then ctinstall regenerate --all',
    });
  return foundThing(what, tool.value, [tool.how]);
}

async function askEnvironmentModules(
  program: string,
  machine: Machine,
): Promise<{ value: string; how: string } | undefined> {
  const answer = await ask([program, 'bash', '--version'], machine);
  const [, version] = /Modules Release v?(\d[\w.+-]*)/.exec(textOf(answer)) ?? [];
  return version === undefined ? undefined : { value: `Environment Modules ${version}`, how: `\`${program}\`` };
}

/** Whether `module load` sees what is installed under the prefix. */
export function checkModulePath(modulePath: string, { environment }: Machine): Finding {
  const what = 'module path';
  const isUsed = (environment.MODULEPATH ?? '').split(':').some((path) => path.replace(/\/+$/, '') === modulePath);
  return isUsed
    ? foundThing(what, modulePath, ['on MODULEPATH'])
    : missingThing(what, ['MODULEPATH'], {
        value: `\`${modulePath}\` is not on it`,
        hint: `to see what you install: module use ${modulePath}`,
      });
}
