import type { HostPath } from '../../lib/paths.ts';
import type { StepWords } from './step-words.ts';

export interface WriteFileStep {
  readonly kind: 'write-file';
  readonly path: HostPath;
  readonly mode: number;
  readonly content: string;
}

export const writeFile: StepWords<WriteFileStep> = {
  describe: ({ path }) => `write ${path}`,
  isWorthALine: false,
};
