import type { Easyconfig, ModuleKind } from '../easyconfig/types.ts';

/** What the easyconfig says; else a recipe that has nothing but wrappers of programs, and no shell to work in, is a tool's. */
export function moduleKindOf(easyconfig: Easyconfig, scripts: readonly string[]): ModuleKind {
  const { moduleKind, runscripts, conda, venv, condaPackages, wrappers } = easyconfig;
  if (moduleKind !== undefined) return moduleKind;
  const hasScripts =
    runscripts.length > 0 || wrappers.some((each) => each.kind === 'command' && scripts.includes(each.name));
  const isWorkedIn = hasScripts || conda !== undefined || venv !== undefined || condaPackages !== undefined;
  return wrappers.length > 0 && !isWorkedIn ? 'tool' : 'environment';
}
