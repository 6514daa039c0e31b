import type { HostPath } from '../../lib/paths.ts';
import type { Settings } from '../../settings/types.ts';
import type { Base } from './base.ts';
import type { AddedFiles } from './inputs.ts';
import type { BuildOptions } from './types.ts';

/** What is known before anything is made. */
export interface BuildPlan {
  readonly base: Base;
  readonly to: HostPath;
  readonly files: readonly AddedFiles[];
  /** The top-level directory of what is ours in the image. */
  readonly own: string;
  readonly mksquashfs: string;
  readonly time: number;
}

export interface Making {
  readonly plan: BuildPlan;
  readonly options: Omit<BuildOptions, 'settings'>;
  readonly settings: Settings;
  /** A directory of its own. */
  readonly work: HostPath;
}
