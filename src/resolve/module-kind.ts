import type { Easyconfig, ModuleKind } from '../easyconfig/types.ts';

/** Whether a module without an image does anything for containers: such a one is loaded one at a time. */
function isForContainers({ binds, env, mpi, gpu = 'none' }: Easyconfig): boolean {
  const inside = [...Object.keys(env.container), ...Object.keys(env.containerPaths)];
  return binds.length + inside.length > 0 || mpi !== undefined || gpu !== 'none';
}

/** What the easyconfig says; else a recipe that has nothing but wrappers of programs, and no shell to work in, is a tool's. */
export function moduleKindOf(easyconfig: Easyconfig, scripts: readonly string[]): ModuleKind {
  if (easyconfig.image === undefined) return isForContainers(easyconfig) ? 'environment' : 'tool';
  const { moduleKind, runscripts, conda, venv, condaPackages, wrappers } = easyconfig;
  if (moduleKind !== undefined) return moduleKind;
  const hasScripts =
    runscripts.length > 0 || wrappers.some((each) => each.kind === 'command' && scripts.includes(each.name));
  const isWorkedIn = hasScripts || conda !== undefined || venv !== undefined || condaPackages !== undefined;
  return wrappers.length > 0 && !isWorkedIn ? 'tool' : 'environment';
}
