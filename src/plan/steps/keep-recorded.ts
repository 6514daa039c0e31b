import type { StepWords } from './step-words.ts';

/** Takes over into the new record what stays as it is: the image first of all. */
export interface KeepRecordedStep {
  readonly kind: 'keep-recorded';
  readonly image:
    | {
        readonly sha256: string | undefined;
        readonly digest?: string | undefined;
        readonly size: number;
        readonly how: string;
      }
    | undefined;
  readonly files: readonly RecordedFile[];
}

/** One file of an install, as its record has it. */
export interface RecordedFile {
  /** Relative to the install dir. */
  readonly path: string;
  /** Bytes. */
  readonly size: number;
  /** Permission bits. */
  readonly mode: number;
  /** Milliseconds since 1970. */
  readonly mtimeMs?: number | undefined;
  readonly sha256?: string | undefined;
  /** Where it was measured and SHA-256 was not asked for: a form, a colon, hex digits; see `host/hasher.ts`. */
  readonly digest?: string | undefined;
  /** Target of a symbolic link: size and hash are then those of what it leads to. */
  readonly link?: string | undefined;
}

export const keepRecorded: StepWords<KeepRecordedStep> = {
  describe: () => 'keep the image and what else is there',
  isWorthALine: false,
};
