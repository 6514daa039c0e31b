/** An image file as it was when it was found and checked. */
export interface CheckedImage {
  /** Bytes. */
  readonly size: number;
  /** Of its last change, in milliseconds since 1970. */
  readonly mtimeMs: number;
  readonly sha256: string | undefined;
}
