import { digestFile } from '../../host/hash-file.ts';
import { fetchChecked } from '../../runtime/fetch-checked.ts';
import { measureFile } from '../measured.ts';
import type { StepDoer } from '../types.ts';

export const fetchImage: StepDoer<'fetch-image'> = {
  apply: async (step, { plan, measured, environment, signal, note, log: addLine }) => {
    const log = (line: string): void => addLine(`  | ${line}`);
    const sha256 = await fetchChecked({ ...step, environment, signal, log, note });
    const hash = sha256 === undefined ? { sha256, digest: await digestFile(step.to, signal) } : { sha256 };
    const file = await measureFile(plan.staging, step.to, hash);
    measured.image = { ...hash, size: file.size, how: 'fetched' };
    measured.files.push(file);
  },
};
