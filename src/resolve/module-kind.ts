import type { Easyconfig, ModuleKind } from '../easyconfig/types.ts';

/** What the easyconfig says; else a recipe that has nothing but wrappers of programs is a tool's. */
export function moduleKindOf(easyconfig: Easyconfig, scripts: readonly string[]): ModuleKind {
  const { moduleKind, runscripts, conda, venv, condaPackages, wrappers } = easyconfig;
  if (moduleKind !== undefined) return moduleKind;
  const isWorkedIn = runscripts.length > 0 || conda !== undefined || venv !== undefined || condaPackages !== undefined;
  const hasPrograms = wrappers.some((wrapper) => wrapper.kind === 'directory' || !scripts.includes(wrapper.name));
  return hasPrograms && !isWorkedIn ? 'tool' : 'environment';
}
