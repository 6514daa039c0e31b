import type { HostPath } from '../../lib/paths.ts';
import type { ResolvedWrappers } from '../../resolve/types.ts';
import type { RunInContainerStep } from './run-in-container.ts';
import type { StepWords } from './step-words.ts';

export interface WrapperLink {
  readonly name: string;
  readonly file: string;
}

/** Makes the wrappers of programs of the image, after a look into it: links to `in-container`. */
export interface MakeWrappersStep {
  readonly kind: 'make-wrappers';
  readonly bin: HostPath;
  /** A second directory with just the wrappers, for `PATH`: each name, and the file of `bin` that it leads to. */
  readonly onPath: { readonly directory: HostPath; readonly links: readonly WrapperLink[] } | undefined;
  readonly commands: readonly { readonly name: string; readonly command: string }[];
  /** Every executable in them gets a wrapper too. */
  readonly directories: ResolvedWrappers['directories'];
  /** Names that none of those may have. */
  readonly never: readonly string[];
  /** Prints which of `commands` are missing, and what is in `directories`; undefined where nobody looks. */
  readonly look: RunInContainerStep | undefined;
}

export const makeWrappers: StepWords<MakeWrappersStep> = {
  describe: ({ commands, directories }) =>
    `make wrappers for ${[...commands.map(({ name }) => name), ...directories.map(({ from }) => `what is in ${from}`)].join(', ')}`,
  isWorthALine: true,
};
