import type { HostPath } from '../../lib/paths.ts';
import type { StepWords } from './step-words.ts';

/** Gives the image that will be replaced a second name, so that jobs that run from it keep it on every file system. */
export interface RetireImageStep {
  readonly kind: 'retire-image';
  readonly from: HostPath;
  readonly to: HostPath;
}

export const retireImage: StepWords<RetireImageStep> = {
  describe: ({ to }) => `keep the image that is replaced, for running jobs, as ${to}`,
  isWorthALine: false,
};
