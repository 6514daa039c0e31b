import { maskSecrets } from '../../lib/mask-secrets.ts';
import type { HostPath } from '../../lib/paths.ts';
import type { StepWords } from './step-words.ts';

/** Brings an image through the runtime, and checks it like one that is here. */
export interface FetchImageStep {
  readonly kind: 'fetch-image';
  readonly source: string;
  /** Where it is, if it was brought already: it is taken from there. */
  readonly brought?: HostPath;
  /** Where relative paths of the source begin. */
  readonly base: HostPath;
  readonly to: HostPath;
  /** For the runtime's cache and temporary files. */
  readonly work: HostPath;
  readonly runtime: string;
  readonly sha256: string | undefined;
}

export const fetchImage: StepWords<FetchImageStep> = {
  describe: ({ source }) => `fetch image ${maskSecrets(source)}`,
  isWorthALine: true,
};
