import type { HostPath, StagingDir } from '../../lib/paths.ts';
import type { StepWords } from './step-words.ts';

/** Packs user software by `make-squashfs` of the install that is staged: what is there, or a directory as it is. */
export interface PackUserSoftwareStep {
  readonly kind: 'pack-user-software';
  readonly staging: StagingDir;
  /** The directory that stays as it is; undefined for what was made at the install, which goes. */
  readonly from: HostPath | undefined;
}

export const packUserSoftware: StepWords<PackUserSoftwareStep> = {
  describe: ({ from }) => (from === undefined ? 'pack the user software' : `pack ${from}`),
  isWorthALine: true,
};
