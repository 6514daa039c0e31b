/** A small file of an install, all of whose text is known beforehand. */
export interface PlannedFile {
  readonly relative: string;
  readonly mode: number;
  readonly content: string;
}
