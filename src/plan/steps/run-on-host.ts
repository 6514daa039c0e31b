import type { HostPath } from '../../lib/paths.ts';
import type { StepWords } from './step-words.ts';

/** Runs a command of the recipe on the host: only where the user has allowed it. */
export interface RunOnHostStep {
  readonly kind: 'run-on-host';
  readonly purpose: string;
  readonly cwd: HostPath;
  readonly environment: Readonly<Record<string, string>>;
  readonly command: string;
}

export const runOnHost: StepWords<RunOnHostStep> = {
  describe: ({ purpose }) => purpose,
  isScript: true,
  isWorthALine: true,
};
