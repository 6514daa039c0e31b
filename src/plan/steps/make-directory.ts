import type { HostPath } from '../../lib/paths.ts';
import type { StepWords } from './step-words.ts';

export interface MakeDirectoryStep {
  readonly kind: 'make-directory';
  readonly path: HostPath;
}

export const makeDirectory: StepWords<MakeDirectoryStep> = {
  describe: ({ path }) => `make directory ${path}`,
  isWorthALine: false,
};
