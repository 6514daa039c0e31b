import type { HostPath } from '../../lib/paths.ts';
import type { PlannedRecord } from '../planned-record.ts';
import type { StepWords } from './step-words.ts';

/** Writes the record, with what was measured while installing. */
export interface WriteRecordStep {
  readonly kind: 'write-record';
  readonly path: HostPath;
  readonly record: PlannedRecord;
}

export const writeRecord: StepWords<WriteRecordStep> = {
  describe: ({ path }) => `write record ${path}`,
  isWorthALine: false,
};
