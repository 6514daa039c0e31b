import type { HostPath } from '../lib/paths.ts';
import type { Step, StepKind } from '../plan/steps/step.ts';
import type { Plan } from '../plan/types.ts';
import type { FindAreas } from '../records/other-modulefiles.ts';
import type { MeasuredImage, RecordedFile } from '../records/record.ts';
import type { RunContext } from '../runtime/run-in-container.ts';
import type { LockedOptions } from '../transaction/types.ts';

/** What a user should hear of after an install. */
export interface Applied {
  /** Files in the install dir that ctinstall did not put there, relative to it. */
  readonly unlisted: readonly string[];
  /** Images of an earlier install that were kept, relative to it. */
  readonly retired: readonly string[];
}

export interface ApplyOptions extends Omit<LockedOptions, 'waits'> {
  /** Whether the module is to be the default version of its name. */
  readonly isDefault?: boolean;
  /** Makes an image; only plans that build one need it. */
  readonly buildImage?: (step: Step<'build-image'>) => Promise<void>;
  /** Makes a conda environment where there is no conda; only plans with one need it. */
  readonly makeCondaEnvironment?: (step: Step<'make-conda'>, context: RunContext) => Promise<void>;
  /** Where it is one of many plans: what is the same for all of them. */
  readonly areasOf?: FindAreas;
}

/** What was measured while the steps of a plan ran: goes into the record. */
export interface Measured {
  image: MeasuredImage | undefined;
  readonly files: RecordedFile[];
  /** Images of an earlier install that were kept, relative to the install dir. */
  readonly retired: string[];
  /** Files in the install dir that no record lists, relative to it; known once the install is published. */
  unlisted: readonly string[];
  /** Lines of the log. */
  readonly log: string[];
  /** Whether the modulefile is in place, so that there is no way back. */
  isCommitted: boolean;
}

/** What a step is done with. */
export interface StepWork extends ApplyOptions {
  readonly plan: Plan;
  readonly measured: Measured;
  /** Adds a line to the log of the install. */
  readonly log: (line: string) => void;
  /** Where it is noted what was started; see `noted-command.ts`. */
  readonly note: HostPath;
}

/** How a kind of step is done. */
export interface StepDoer<Kind extends StepKind> {
  readonly apply: (step: Step<Kind>, work: StepWork) => Promise<void>;
  /**
   * Puts back what it did, or half did, as long as the install is not committed. Only of what lies outside of the staging
   * and the retired directory, which go as a whole.
   */
  readonly undo?: (step: Step<Kind>, work: StepWork) => Promise<void>;
}
