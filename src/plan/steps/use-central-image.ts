import { formatBytes } from '../../lib/format.ts';
import type { HostPath } from '../../lib/paths.ts';
import type { CheckedImage } from './checked-image.ts';
import type { StepWords } from './step-words.ts';

/** Leaves the image where it is, and hashes it there if there is a checksum. */
export interface UseCentralImageStep extends CheckedImage {
  readonly kind: 'use-central-image';
  readonly path: HostPath;
}

export const useCentralImage: StepWords<UseCentralImageStep> = {
  describe: ({ path, size }) => `use image ${path} where it is (${formatBytes(size)})`,
  isWorthALine: true,
};
