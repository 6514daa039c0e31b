import type { InstallDir } from '../../lib/paths.ts';
import type { StepWords } from './step-words.ts';

/** Takes the write bits from the files of the record; directories follow when the install is done. */
export interface MakeReadOnlyStep {
  readonly kind: 'make-read-only';
  readonly root: InstallDir;
  readonly recordFile: string;
}

export const makeReadOnly: StepWords<MakeReadOnlyStep> = {
  describe: ({ root }) => `take the right to write from ${root}`,
  isWorthALine: false,
};
