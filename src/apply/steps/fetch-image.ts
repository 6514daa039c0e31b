import { isFile, linkOrCopy } from '../../host/files.ts';
import { digestFile } from '../../host/hash-file.ts';
import { checkBrought, fetchChecked } from '../../runtime/fetch-checked.ts';
import { measureFile } from '../measured.ts';
import type { StepDoer } from '../types.ts';

export const fetchImage: StepDoer<'fetch-image'> = {
  apply: async (step, { plan, measured, environment, signal, note, log: addLine }) => {
    const log = (line: string): void => addLine(`  | ${line}`);
    const isBrought = step.brought !== undefined && (await isFile(step.brought));
    if (step.brought !== undefined && isBrought) await linkOrCopy(step.brought, step.to);
    const options = { ...step, environment, signal, log, note };
    const sha256 = isBrought ? await checkBrought(options) : await fetchChecked(options);
    const hash = sha256 === undefined ? { sha256, digest: await digestFile(step.to, signal) } : { sha256 };
    const file = await measureFile(plan.staging, step.to, hash);
    measured.image = { ...hash, size: file.size, how: 'fetched' };
    measured.files.push(file);
  },
};
