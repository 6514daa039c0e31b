import type { Plan } from '../plan/types.ts';
import type { Reporter } from '../report/types.ts';
import type { DirectoryBits } from '../resolve/types.ts';

/** The places that the work on one install uses. */
export type InstallPlaces = Pick<
  Plan,
  'moduleName' | 'prefix' | 'lock' | 'staging' | 'retired' | 'installDir' | 'modulefile'
>;

export interface LockedOptions {
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly reporter: Reporter;
  readonly signal?: AbortSignal | undefined;
  /** Whether to wait for another ctinstall at work on the same install. */
  readonly waits: boolean;
  /** What the directories that are there are brought to. */
  readonly directories?: DirectoryBits | undefined;
  /** Whether to take the lock from a holder of whom nothing can be known here (`--force-unlock`). */
  readonly forceUnlock?: boolean | undefined;
}
