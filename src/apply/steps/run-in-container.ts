import { runInContainer as run } from '../../runtime/run-in-container.ts';
import type { StepDoer } from '../types.ts';

export const runInContainer: StepDoer<'run-in-container'> = {
  apply: async (step, work) => {
    await run(step, work);
  },
};
