import type { HostPath, InstallDir, Prefix, StagingDir } from '../lib/paths.ts';
import type { Step } from './steps/step.ts';

/** What will be done, as data: `--dry-run` prints it, `applyPlan` does it. Survives a round trip through JSON. */
export interface Plan {
  readonly moduleName: string;
  readonly prefix: Prefix;
  readonly lock: HostPath;
  readonly staging: StagingDir;
  readonly retired: HostPath;
  readonly installDir: InstallDir;
  readonly modulefile: HostPath;
  readonly steps: readonly Step[];
}
