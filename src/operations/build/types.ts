import type { HostPath } from '../../lib/paths.ts';
import type { SettingsValues } from '../../settings/options.ts';

/** What is asked for: named as the flags of `ctinstall build`. */
export interface BuildOptions {
  readonly output: string;
  /** A file, the name of one in an image directory, or an address such as `docker://…`. */
  readonly base: string;
  /** Where the base was brought from, if it was: then `base` is gone after the build. */
  readonly baseAddress?: string | undefined;
  /** What the SHA-256 of the base must be. */
  readonly baseSha256?: string | undefined;
  /** `<directory>[:/path]`. */
  readonly files?: readonly string[];
  /** Requirements files, and packages by their names. */
  readonly pip?: readonly string[];
  /** Environment file or lock of conda. */
  readonly conda?: string | undefined;
  /** Where the lock of the conda environment is written. */
  readonly lock?: string;
  /** Directory of wheels: then no index is asked. */
  readonly wheels?: string | undefined;
  /** Whether the image that is there is the base, and is replaced by what is built on it. */
  readonly update?: boolean;
  readonly force?: boolean;
  readonly dryRun?: boolean;
  readonly checkReproducible?: boolean;
  /** What counts more than the files of settings. */
  readonly settings: SettingsValues;
}

/** What was built of what: a JSON object of the SIF, and a file in the image. */
export interface BuildRecord {
  readonly form: 1;
  /** The directory in the image in which it lies; of one that was built as a whole it is only an object. */
  readonly directory?: string;
  readonly ctinstall: string;
  /** Its version. */
  readonly mksquashfs?: string;
  /** Which way a definition file was built. */
  readonly builder?: string;
  /** Name of the file and SHA-256; of what was not a file here the address. */
  readonly base: { readonly file: string; readonly sha256?: string };
  readonly inputs: readonly BuildInput[];
}

export interface BuildInput {
  readonly kind: 'files' | 'pip' | 'conda' | 'definition' | 'packages';
  /** What it was asked by: `requirements.txt`, `numpy>=1`. */
  readonly from: readonly string[];
  /** Where it lies in the image. */
  readonly path: string;
  /** `name==version` of what is there by it. */
  readonly packages?: readonly string[];
  /** SHA-256 of the input files, by the names they are in `from`. */
  readonly sha256?: Readonly<Record<string, string>>;
}

export interface BuildOutcome {
  readonly path: HostPath;
  /** Nothing was made: it was a dry run. */
  readonly isPlan: boolean;
  readonly built: BuiltImage | undefined;
}

export interface BuiltImage {
  readonly bytes: number;
  /** Undefined where the base was packed again, with what is new. */
  readonly baseBytes: number | undefined;
  readonly record: BuildRecord | undefined;
  readonly seconds: number;
}
