import { writeFileWhole } from '../../host/files.ts';
import { sha256Of } from '../../records/record.ts';
import { measureFile } from '../measured.ts';
import type { StepDoer } from '../types.ts';

export const writeFile: StepDoer<'write-file'> = {
  apply: async ({ path, content, mode }, { plan, measured }) => {
    await writeFileWhole(path, content, mode);
    measured.files.push(await measureFile(plan.staging, path, { sha256: sha256Of(content) }));
  },
};
