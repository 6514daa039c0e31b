import type { Step, StepKind } from '../plan/steps/step.ts';
import { stepDoers } from './steps/table.ts';
import type { StepWork } from './types.ts';

/** Does one step. */
export function applyStep<Kind extends StepKind>(step: Step<Kind>, work: StepWork): Promise<void> {
  return stepDoers[step.kind as Kind].apply(step, work);
}

/** Puts back what a step did, or half did. */
export async function undoStep<Kind extends StepKind>(step: Step<Kind>, work: StepWork): Promise<void> {
  await stepDoers[step.kind as Kind].undo?.(step, work);
}
