import { fetchChecked } from '../../runtime/fetch-checked.ts';
import { measureFile } from '../measured.ts';
import type { StepDoer } from '../types.ts';

export const fetchImage: StepDoer<'fetch-image'> = {
  apply: async (step, { plan, measured, environment, signal, note, log: addLine }) => {
    const log = (line: string): void => addLine(`  | ${line}`);
    const sha256 = await fetchChecked({ ...step, environment, signal, log, note });
    const file = await measureFile(plan.staging, step.to, sha256);
    measured.image = { sha256, size: file.size, how: 'fetched' };
    measured.files.push(file);
  },
};
