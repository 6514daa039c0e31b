/** One file of an install: path below the install dir, bytes, permission bits, hash where it was measured. */
export interface RecordedFile {
  readonly path: string;
  readonly size: number;
  readonly mode: number;
  /** Milliseconds since 1970. */
  readonly mtimeMs?: number | undefined;
  readonly sha256?: string | undefined;
  /** Where it was measured and SHA-256 was not asked for: a form, a colon, hex digits; see `host/hasher.ts`. */
  readonly digest?: string | undefined;
  /** Target of a symbolic link: size and hash are then those of what it leads to. */
  readonly link?: string | undefined;
}
