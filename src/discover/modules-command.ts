import { CtinstallError } from '../lib/errors.ts';
import type { ModulesTool } from '../lib/paths.ts';

/**
 * The program behind `module` in this session, which writes for a shell what it is to do: `LMOD_CMD` of Lmod, `MODULES_CMD`
 * of Environment Modules, before 4.5 below `MODULESHOME`. Lmod reads modulefiles for either.
 * @throws CtinstallError `sanity-check-failed` where there is none
 */
export function requireModulesCommand(environment: NodeJS.ProcessEnv, tool: ModulesTool): string {
  const { LMOD_CMD: lmod, MODULES_CMD: modules, MODULESHOME: home } = environment;
  const environmentModules = modules || (home && !lmod ? `${home}/libexec/modulecmd.tcl` : undefined);
  const command = tool === 'lmod' ? lmod : environmentModules || lmod;
  if (command) return command;
  const name = tool === 'lmod' ? 'Lmod' : 'Environment Modules';
  throw new CtinstallError(
    'sanity-check-failed',
    `commands of the install on the host run with modules loaded, and there is no ${name} in this session`,
    { hint: 'open a login shell, or source the init file of the modules tool, and install from there' },
  );
}
