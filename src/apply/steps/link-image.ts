import { makeSymbolicLink } from '../../host/links.ts';
import { hashInPlace } from '../hash-in-place.ts';
import { measureFile } from '../measured.ts';
import type { StepDoer } from '../types.ts';

export const linkImage: StepDoer<'link-image'> = {
  apply: async (step, { plan, measured, signal }) => {
    const sha256 = await hashInPlace(step.from, step, signal);
    await makeSymbolicLink(step.from, step.to);
    measured.image = { sha256, size: step.size, how: 'linked' };
    const file = await measureFile(plan.staging, step.to, { sha256 });
    measured.files.push({ ...file, size: step.size, link: step.from });
  },
};
