import { hashInPlace } from '../hash-in-place.ts';
import type { StepDoer } from '../types.ts';

export const useCentralImage: StepDoer<'use-central-image'> = {
  apply: async (step, { measured, signal }) => {
    const sha256 = await hashInPlace(step.path, step, signal);
    measured.image = { sha256, size: step.size, how: 'central' };
  },
};
