import type { InstallDir, StagingDir } from '../../lib/paths.ts';
import type { StepWords } from './step-words.ts';

/** Looks for paths in what is staged, and for user software in the install dir too. */
export interface CheckPathsStep {
  readonly kind: 'check-paths';
  readonly root: StagingDir;
  readonly installDir: InstallDir;
  readonly files: readonly string[];
  readonly dirs: readonly string[];
}

export const checkPaths: StepWords<CheckPathsStep> = {
  describe: ({ files, dirs }) => `check that ${[...files, ...dirs].join(', ') || 'nothing more'} is there`,
  isWorthALine: false,
};
