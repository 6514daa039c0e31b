import { ambiguousThing, type Finding, foundThing, missingThing, unusableThing } from '../lib/finding.ts';
import type { ModulesTool } from '../lib/paths.ts';
import { describeLacks, findEnvironmentModules, newEnough } from './environment-modules.ts';
import type { Machine } from './machine.ts';

/**
 * The modules tool of this session. Lmod sets `LMOD_CMD` and `LMOD_VERSION`. `written` is the one that modulefiles are made
 * for.
 */
export async function checkModulesTool(machine: Machine, written: ModulesTool = 'lmod'): Promise<Finding> {
  const what = 'modules tool';
  const { environment } = machine;
  const { LMOD_CMD: lmod, LMOD_VERSION: lmodVersion, MODULESHOME: home } = environment;
  const modules = await findEnvironmentModules(machine);
  const tools = [
    ...(lmod ? [{ value: `Lmod ${lmodVersion ?? 'of unknown version'}`, how: `LMOD_CMD is \`${lmod}\`` }] : []),
    ...(modules ? [{ value: `Environment Modules ${modules.version}`, how: `\`${modules.program}\`` }] : []),
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
  const lacks = modules && describeLacks(modules);
  return lacks === undefined
    ? foundThing(what, tool.value, [tool.how])
    : unusableThing(what, lacks, [tool.how], { hint: newEnough });
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
