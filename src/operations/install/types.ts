import type { Requirements } from '../../discover/requirements.ts';
import type { CtinstallError } from '../../lib/errors.ts';
import type { ResolvedInstall } from '../../resolve/types.ts';
import type { Runtime } from '../../runtime/runtime.ts';
import type { Settings } from '../../settings/types.ts';
import type { LoadedEasyconfig } from './load-easyconfig.ts';

/** An easyconfig with what it becomes here. */
export interface Target {
  readonly loaded: LoadedEasyconfig;
  readonly install: ResolvedInstall;
  readonly runtime: Runtime;
  /** What its virtual environment is to have; read only where it is about to be made. */
  readonly requirements?: Requirements | undefined;
}

export interface ImageOptions {
  /** `--image`: this file and no other. */
  readonly asked: string | undefined;
  readonly settings: Settings;
  /** Whether an image is built even where nothing of which it is made has changed. */
  readonly buildsAnew?: boolean;
  /** Whether the install's own copy does not count. */
  readonly isForOthers?: boolean;
}

/** What became of one easyconfig of several. */
export interface InstallResult {
  readonly module: string;
  readonly easyconfig: string;
  readonly outcome: Outcome;
  /** Fields in which the easyconfig is other than that of the install that is there. */
  readonly differs: readonly string[];
  /** How long it took. */
  readonly seconds: number | undefined;
  readonly error: CtinstallError | undefined;
}

export type Outcome = 'installed' | 'already-installed' | 'failed' | 'not-tried';
