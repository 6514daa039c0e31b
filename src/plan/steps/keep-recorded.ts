import type { StepWords } from './step-words.ts';

/** Takes over into the new record what stays as it is: the image first of all. */
export interface KeepRecordedStep {
  readonly kind: 'keep-recorded';
  readonly image: {
    readonly sha256: string | undefined;
    readonly digest?: string | undefined;
    readonly size: number;
    readonly how: string;
  };
  readonly files: readonly KeptFile[];
}

/** A file that is there and in the record; see `RecordedFile`. */
export interface KeptFile {
  /** Relative to the install dir. */
  readonly path: string;
  readonly size: number;
  readonly mode: number;
  readonly mtimeMs?: number | undefined;
  readonly sha256?: string | undefined;
  readonly digest?: string | undefined;
  readonly link?: string | undefined;
}

export const keepRecorded: StepWords<KeepRecordedStep> = {
  describe: () => 'keep the image and what else is there',
  isWorthALine: false,
};
