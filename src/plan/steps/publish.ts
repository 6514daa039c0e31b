import type { HostPath, InstallDir, StagingDir } from '../../lib/paths.ts';
import type { StepWords } from './step-words.ts';

/** Moves what was staged into place: by one rename where nothing is there, else file by file over the old ones. */
export interface PublishStep {
  readonly kind: 'publish';
  readonly from: StagingDir;
  readonly to: InstallDir;
  readonly modulefile: HostPath;
}

export const publish: StepWords<PublishStep> = {
  describe: ({ to }) => `publish ${to}`,
  isWorthALine: true,
};
