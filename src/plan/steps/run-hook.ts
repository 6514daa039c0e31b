import type { HostPath } from '../../lib/paths.ts';
import type { HookInput } from '../hook-input.ts';
import type { StepWords } from './step-words.ts';

/** Runs an executable of the site's, which may refuse the install. */
export interface RunHookStep {
  readonly kind: 'run-hook';
  readonly program: HostPath;
  /** What it is given, as JSON. */
  readonly input: HookInput;
}

export const runHook: StepWords<RunHookStep> = {
  describe: ({ input, program }) => `run the ${input.hook} hook of the site: ${program}`,
  isWorthALine: true,
};
