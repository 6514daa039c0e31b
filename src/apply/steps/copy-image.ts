import { copyFileHashed } from '../../host/copy-file.ts';
import { describeStep } from '../../plan/describe-step.ts';
import { requireSha256 } from '../../runtime/fetch-checked.ts';
import { measureFile } from '../measured.ts';
import type { StepDoer } from '../types.ts';

export const copyImage: StepDoer<'copy-image'> = {
  apply: async (step, { plan, measured, reporter, signal }) => {
    const title = describeStep(step);
    const copied = await copyFileHashed(step.from, step.to, {
      needsSha256: step.sha256 !== undefined,
      mode: 0o644,
      expected: step,
      onProgress: (done) => reporter.report({ event: 'progress', title, done, total: step.size, unit: 'bytes' }),
      signal,
    });
    requireSha256(copied.sha256, step.sha256, step.from);
    measured.image = copied;
    measured.files.push(await measureFile(plan.staging, step.to, copied));
  },
};
