import { availableParallelism } from 'node:os';

/** The slower of copying the image and computing its SHA-256, in which an install with a checksum is to be done. */
export function slowerOf({ cp, openssl }) {
  return Math.max(cp, openssl);
}

/** The same where the hash may be one that all processors compute. */
export function slowerOnAll({ cp, openssl }) {
  return Math.max(cp, openssl / availableParallelism());
}
