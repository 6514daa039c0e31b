import type { Wrapped } from '../../easyconfig/render-wrapped.ts';
import type { HostPath } from '../../lib/paths.ts';
import type { Settings } from '../../settings/types.ts';
import type { Context } from '../context.ts';

export const wrapKinds = ['container', 'directory', 'pip', 'conda'] as const;
export type WrapKind = (typeof wrapKinds)[number];

export interface WrapFlags {
  readonly name?: string;
  readonly version?: string;
  readonly versionsuffix?: string;
  readonly wrappers?: readonly string[];
  readonly base?: string;
  readonly mask?: boolean;
  readonly at?: string;
  readonly output?: string;
  readonly force?: boolean;
  readonly update?: boolean;
  readonly rebuild?: boolean;
  readonly default?: boolean;
  readonly dryRun?: boolean;
  readonly condaProgram?: string;
  readonly wait?: boolean;
  readonly forceUnlock?: boolean;
}

/** What is wrapped, and where its easyconfig goes. */
export interface WrapRequest {
  readonly what: string;
  /** What follows `--` on the command line. */
  readonly options: readonly string[];
  readonly flags: WrapFlags;
  readonly name: string;
  readonly version: string;
  readonly versionsuffix: string;
  /** The command line, for the easyconfig. */
  readonly command: string;
  /** Directory of the easyconfig: what belongs to it lies beside it. */
  readonly beside: HostPath;
  readonly settings: Settings;
  readonly context: Context;
}

export interface WrapResult {
  readonly wrapped: Wrapped;
  /** The image file to take, and no other. */
  readonly image: HostPath | undefined;
  /** Files that were made beside the easyconfig, and were not there before. */
  readonly made: readonly HostPath[];
  /** The directory that is packed, if it is. */
  readonly packed?: HostPath;
}

/** Makes an easyconfig of what is wrapped. */
export type Wrap = (request: WrapRequest) => Promise<WrapResult>;
