import type { Easyconfig, ModuleKind } from '../easyconfig/types.ts';
import type { ResolvedWrappers } from './types.ts';
import { hasPrograms } from './wrappers.ts';

/** What the easyconfig says; else a recipe that has nothing but wrappers of programs is a tool's. */
export function moduleKindOf(
  { moduleKind, runscripts, conda, venv, condaPackages }: Easyconfig,
  wrappers: ResolvedWrappers,
): ModuleKind {
  if (moduleKind !== undefined) return moduleKind;
  const isWorkedIn = runscripts.length > 0 || conda !== undefined || venv !== undefined || condaPackages !== undefined;
  return hasPrograms(wrappers) && !isWorkedIn ? 'tool' : 'environment';
}
