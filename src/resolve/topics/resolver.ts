import type { Easyconfig } from '../../easyconfig/types.ts';
import type { InstallDir } from '../../lib/paths.ts';
import type { Settings } from '../../settings/types.ts';
import type { ResolvedInstall, ResolveIssue } from '../types.ts';

/** What discovery says that an install depends on. */
export interface InstallFacts {
  /** Name or path of the container runtime, as the scripts of the install will call it. */
  readonly runtime: string;
  /** The script files that ctinstall has, by where they run. */
  readonly scripts: { readonly runscripts: readonly string[]; readonly wrappers: readonly string[] };
}

/** What a topic is resolved from. */
export interface Unresolved {
  readonly easyconfig: Easyconfig;
  readonly settings: Settings;
  readonly facts: InstallFacts;
  readonly fullVersion: string;
  readonly installDir: InstallDir;
  /** Replaces the templates of a text. */
  readonly fill: (text: string) => string;
}

/** What one topic adds to an install, and all that stands against it. */
export interface Resolved<Part> {
  readonly part: Part;
  readonly issues: readonly ResolveIssue[];
}

/** Resolves one topic, by itself: no topic waits for another, so that the faults of all are known at once. */
export type Resolver<Key extends keyof ResolvedInstall> = (from: Unresolved) => Resolved<Pick<ResolvedInstall, Key>>;
