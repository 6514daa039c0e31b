import type { HostPath } from '../../lib/paths.ts';
import type { StepWords } from './step-words.ts';

export interface WriteModulefileStep {
  readonly kind: 'write-modulefile';
  readonly path: HostPath;
  readonly content: string;
}

export const writeModulefile: StepWords<WriteModulefileStep> = {
  describe: ({ path }) => `write modulefile ${path}`,
  isWorthALine: true,
};
