import { formatBytes } from '../../lib/format.ts';
import type { HostPath } from '../../lib/paths.ts';
import type { CheckedImage } from './checked-image.ts';
import type { StepWords } from './step-words.ts';

/** Makes a symbolic link to the image, which is hashed where it is if there is a checksum. */
export interface LinkImageStep extends CheckedImage {
  readonly kind: 'link-image';
  readonly from: HostPath;
  readonly to: HostPath;
}

export const linkImage: StepWords<LinkImageStep> = {
  describe: ({ from, size }) => `link to image ${from} (${formatBytes(size)})`,
  isWorthALine: true,
};
