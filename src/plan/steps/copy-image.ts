import { formatBytes } from '../../lib/format.ts';
import type { HostPath } from '../../lib/paths.ts';
import type { CheckedImage } from './checked-image.ts';
import type { StepWords } from './step-words.ts';

/** Copies the image in one pass, hashing as it goes; a checksum that differs is an error. */
export interface CopyImageStep extends CheckedImage {
  readonly kind: 'copy-image';
  readonly from: HostPath;
  readonly to: HostPath;
}

export const copyImage: StepWords<CopyImageStep> = {
  describe: ({ from, size }) => `copy image ${from} (${formatBytes(size)})`,
  isWorthALine: true,
};
