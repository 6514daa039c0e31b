import { describeImageBuild } from '../../easyconfig/describe-build.ts';
import type { ImageBuild } from '../../easyconfig/types.ts';
import type { HostPath } from '../../lib/paths.ts';
import type { StepWords } from './step-words.ts';

/** Makes the image of what the easyconfig names, as `ctinstall build` does. */
export interface BuildImageStep {
  readonly kind: 'build-image';
  readonly build: ImageBuild;
  /** Where relative paths begin: the easyconfig's directory. */
  readonly directory: HostPath;
  readonly to: HostPath;
  readonly sha256: string | undefined;
}

export const buildImage: StepWords<BuildImageStep> = {
  describe: ({ build }) => `build image ${describeImageBuild(build)}`,
  isWorthALine: true,
};
