import type { ContainerPath, HostPath } from '../../lib/paths.ts';
import type { RunInContainerStep } from './run-in-container.ts';
import type { StepWords } from './step-words.ts';

/**
 * Makes a conda environment in the container, with a conda, mamba or micromamba that is looked for when it is done; where there
 * is none, ctinstall makes it itself.
 */
export interface MakeCondaStep {
  readonly kind: 'make-conda';
  readonly conda: {
    readonly prefix: ContainerPath;
    /** The same on the host, while the install is built. */
    readonly directory: HostPath;
    /** The list of packages, in the container and on the host. */
    readonly file: ContainerPath;
    readonly list: HostPath;
    /** Whether that names each package by its URL. */
    readonly isExplicit: boolean;
    /** The program, if the easyconfig names one. */
    readonly program: HostPath | undefined;
  };
  /** Prints the programs that the image has. */
  readonly look: RunInContainerStep;
  /** All of the run but the program. */
  readonly run: RunInContainerStep;
}

export const makeConda: StepWords<MakeCondaStep> = {
  describe: ({ conda }) => `create the conda environment ${conda.prefix}`,
  isWorthALine: true,
};
