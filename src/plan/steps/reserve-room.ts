import { formatBytes } from '../../lib/format.ts';
import type { HostPath } from '../../lib/paths.ts';
import type { StepWords } from './step-words.ts';

/** Finds out whether the file system and the quota have room, before anything of size is written. */
export interface ReserveRoomStep {
  readonly kind: 'reserve-room';
  readonly directory: HostPath;
  readonly bytes: number;
  /** Files and directories. */
  readonly files: number;
}

export const reserveRoom: StepWords<ReserveRoomStep> = {
  describe: ({ bytes, files }) => `check that there is room for ${formatBytes(bytes)} and about ${files} files`,
  isWorthALine: false,
};
