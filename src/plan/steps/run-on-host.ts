import type { HostPath, ModulesTool } from '../../lib/paths.ts';
import type { StepWords } from './step-words.ts';

/** Runs a command of the recipe on the host: only where the user has allowed it. */
export interface RunOnHostStep {
  readonly kind: 'run-on-host';
  readonly purpose: string;
  readonly cwd: HostPath;
  readonly environment: Readonly<Record<string, string>>;
  readonly command: string;
  /** Are loaded before, in this order. */
  readonly loads?: BuildModules;
  /** Is loaded after those. */
  readonly module?: TrialModule;
}

/** Modules that are loaded for commands of an install. */
export interface BuildModules {
  readonly tool: ModulesTool;
  readonly names: readonly string[];
  /** Where those of the prefix are, which may be among them. */
  readonly modulePath: HostPath;
}

/** A module that is there for the time of a run. */
export interface TrialModule {
  readonly tool: ModulesTool;
  readonly name: string;
  /** Where the others of the prefix are, which it may depend on. */
  readonly modulePath: HostPath;
  /** Is made for it, and removed. */
  readonly directory: HostPath;
  /** In `directory`. */
  readonly file: string;
  readonly content: string;
}

export const runOnHost: StepWords<RunOnHostStep> = {
  describe: ({ purpose }) => purpose,
  isScript: true,
  isWorthALine: true,
};
