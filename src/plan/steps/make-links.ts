import type { HostPath } from '../../lib/paths.ts';
import type { StepWords } from './step-words.ts';

/** Makes a directory of symbolic links, which may lead to what only a container has. */
export interface MakeLinksStep {
  readonly kind: 'make-links';
  readonly directory: HostPath;
  readonly links: readonly { readonly name: string; readonly target: string }[];
}

export const makeLinks: StepWords<MakeLinksStep> = {
  describe: ({ directory, links }) => `link ${links.length} libraries of the host in ${directory}`,
  isWorthALine: false,
};
