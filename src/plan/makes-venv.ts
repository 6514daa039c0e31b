import type { ResolvedInstall } from '../resolve/types.ts';
import type { PlanInputs } from './plan-inputs.ts';

/** Whether this install makes the venv of the recipe: one that is there is the user's. */
export function makesVenv({ venv }: ResolvedInstall, { hasVenv }: PlanInputs): boolean {
  return venv !== undefined && !hasVenv;
}
