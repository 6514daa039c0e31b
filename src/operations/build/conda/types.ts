import type { CondaPackage, CondaPlatform } from '../../../conda/types.ts';
import type { HostPath } from '../../../lib/paths.ts';
import type { Reporter } from '../../../report/types.ts';

/** The machine's side. */
export interface CondaContext {
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly reporter: Reporter;
  readonly signal: AbortSignal;
}

export interface CondaRequest {
  /** An `environment.yml`, a list as `conda list --explicit` prints it, or a `conda-lock.yml`. */
  readonly file: HostPath;
  /** The tree to fill: the environment itself; made here, and gone again after a failure. */
  readonly directory: HostPath;
  /** Its path in the container. */
  readonly prefix: string;
  /** Where package files are kept, for all builds. */
  readonly cache: HostPath;
  /** Packages that the environment is to have just as they are, but for those that are asked for. */
  readonly kept?: readonly CondaPackage[];
  readonly platform: CondaPlatform;
  /** The version of the image's libc. */
  readonly glibc?: string | undefined;
  /** The version of CUDA that packages may count on. */
  readonly cuda?: string | undefined;
  /** Where channels that are named without a URL lie. */
  readonly channelAlias?: string | undefined;
}

export interface CondaResult {
  /** By name. */
  readonly packages: readonly CondaPackage[];
  /** Requirement lines of `pip:` sections, those of `-r` files among them. */
  readonly pip: readonly string[];
  /** An `@EXPLICIT` list with hashes. */
  readonly lock: string;
}
