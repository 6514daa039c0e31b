import { writeFileWhole } from '../../host/files.ts';
import { renderRecord, sha256Of } from '../../records/record.ts';
import { modulefileOf } from '../plan-facts.ts';
import type { StepDoer } from '../types.ts';

export const writeRecord: StepDoer<'write-record'> = {
  apply: async ({ path, record }, { plan, measured }) => {
    const { image, files, retired } = measured;
    if (image === undefined && record.image !== undefined)
      throw new RangeError('a plan that records an install before its image is there');
    const installed = new Date().toISOString();
    const modulefileSha256 = sha256Of(modulefileOf(plan) ?? '');
    await writeFileWhole(path, renderRecord(record, { installed, modulefileSha256, image, files, retired }), 0o644);
  },
};
