import type { BindAccess } from '../../easyconfig/types.ts';
import type { ContainerPath, HostPath } from '../../lib/paths.ts';
import type { Bind } from '../../resolve/types.ts';
import type { StepWords } from './step-words.ts';

/** Runs a command in the container, as the module would set it up. */
export interface RunInContainerStep {
  readonly kind: 'run-in-container';
  readonly purpose: string;
  readonly runtime: string;
  readonly image: HostPath;
  readonly binds: readonly Bind[];
  /** Is the home directory and `/tmp` for the time of the run: a recipe's command sees nothing else of the user's. */
  readonly work: HostPath;
  /** The directory whose packed form, if it is there, is bound in its place: the user software of the install. */
  readonly userSoftware: {
    readonly directory: HostPath;
    readonly container: ContainerPath;
    readonly access: BindAccess;
  };
  /** What is shown where it will lie once it is published: bound after all else, in this order, if it is there. */
  readonly staged: readonly StagedBind[];
  /**
   * Directories on which that is mounted, parents before children. Another bind may show what is around them, and the
   * runtime makes none there: those that are missing are made for the time of the run.
   */
  readonly mountPoints: readonly HostPath[];
  readonly environment: Readonly<Record<string, string>>;
  readonly argv: readonly [string, ...string[]];
  readonly hintOnFailure?: string;
}

/** A directory at another place than its own. */
export interface StagedBind {
  readonly host: HostPath;
  readonly container: ContainerPath;
  readonly access: BindAccess;
}

export const runInContainer: StepWords<RunInContainerStep> = {
  describe: ({ purpose }) => purpose,
  isScript: true,
  isWorthALine: true,
};
