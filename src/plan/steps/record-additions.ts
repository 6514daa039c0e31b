import type { StagingDir } from '../../lib/paths.ts';
import type { StepWords } from './step-words.ts';

/** Measures for the record what commands of the recipe have added or changed in what is staged. */
export interface RecordAdditionsStep {
  readonly kind: 'record-additions';
  readonly root: StagingDir;
}

export const recordAdditions: StepWords<RecordAdditionsStep> = {
  describe: () => 'measure what the post-install commands made',
  isWorthALine: false,
};
