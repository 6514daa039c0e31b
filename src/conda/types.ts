import type { Place } from '../easyconfig/types.ts';

export const condaPlatforms = ['linux-64', 'linux-aarch64'] as const;
export type CondaPlatform = (typeof condaPlatforms)[number];

/** One package file of a channel, as a solver or a lock names it. */
export interface CondaPackage {
  readonly name: string;
  readonly version: string;
  readonly build: string;
  /** `linux-64`, `noarch`, … */
  readonly subdir: string;
  /** The URL of its channel, without the subdir. */
  readonly channel: string;
  readonly url: string;
  readonly fileName: string;
  readonly sha256: string | undefined;
  readonly md5: string | undefined;
  /** Bytes of the file, where known. */
  readonly size: number | undefined;
}

/** What a package is asked for by: `numpy >=1.26`, and the channel that it must come from. */
export interface WantedPackage {
  readonly spec: string;
  readonly name: string;
  readonly channel: string | undefined;
  readonly place: Place;
}

/** An `environment.yml`. */
export interface CondaEnvironment {
  /** As written. */
  readonly channels: readonly string[];
  readonly wanted: readonly WantedPackage[];
  /** Lines of requirements, `-r file` among them. */
  readonly pip: readonly string[];
  /** What is left out of account, as sentences. */
  readonly notes: readonly string[];
}
