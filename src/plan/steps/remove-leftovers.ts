import type { InstallDir } from '../../lib/paths.ts';
import type { StepWords } from './step-words.ts';

/** Removes files that the previous record lists and this one does not. */
export interface RemoveLeftoversStep {
  readonly kind: 'remove-leftovers';
  readonly root: InstallDir;
  readonly files: readonly string[];
}

export const removeLeftovers: StepWords<RemoveLeftoversStep> = {
  describe: ({ files }) =>
    files.length === 0
      ? 'nothing of an earlier install to remove'
      : `remove ${files.join(', ')} of the earlier install`,
  isWorthALine: false,
};
