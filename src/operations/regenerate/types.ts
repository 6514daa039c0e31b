/** A file that would have another text. */
export interface Change {
  /** Whose file it is. */
  readonly module: string;
  readonly isModulefile: boolean;
  readonly path: string;
  /** Undefined where there is no such file yet. */
  readonly before: string | undefined;
  /** Undefined where there is none any more. */
  readonly after: string | undefined;
}
