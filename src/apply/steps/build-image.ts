import { digestFile } from '../../host/hash-file.ts';
import { checkBrought } from '../../runtime/fetch-checked.ts';
import { measureFile } from '../measured.ts';
import type { StepDoer } from '../types.ts';

export const buildImage: StepDoer<'build-image'> = {
  apply: async (step, { plan, measured, buildImage: build, signal }) => {
    if (build === undefined) throw new RangeError('a plan that builds an image, and nothing that does');
    await build(step);
    const sha256 = await checkBrought({ ...step, source: step.to, signal });
    const hash = sha256 === undefined ? { sha256, digest: await digestFile(step.to, signal) } : { sha256 };
    const file = await measureFile(plan.staging, step.to, hash);
    measured.image = { ...hash, size: file.size, how: 'built' };
    measured.files.push(file);
  },
};
