import type { MakeWrappersStep } from './make-wrappers.ts';
import type { RunInContainerStep } from './run-in-container.ts';
import type { StepWords } from './step-words.ts';

/** Starts a container of the image where it lies, before anything of size is written. */
export interface TryImageStep {
  readonly kind: 'try-image';
  readonly runtime: string;
  /** Undefined where the image is not here yet, or must not be run yet: a tiny one that is made here stands for it. */
  readonly look: RunInContainerStep | undefined;
  /** Wrappers whose programs nothing but the image can have. */
  readonly commands: MakeWrappersStep['commands'];
  readonly directories: readonly string[];
}

export const tryImage: StepWords<TryImageStep> = {
  describe: ({ look }) => look?.purpose ?? 'try whether the runtime starts an image here',
  isWorthALine: false,
};
