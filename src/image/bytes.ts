const utf8 = new TextDecoder('utf-8', { ignoreBOM: true });

export function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

/** A signed 64-bit little-endian integer, or undefined where a number cannot hold it exactly. */
export function readInt64(view: DataView, offset: number): number | undefined {
  const value = Number(view.getBigInt64(offset, true));
  return Number.isSafeInteger(value) ? value : undefined;
}

/** The text of a NUL-padded field; bytes that are not UTF-8 become U+FFFD. Only the NULs at its end go, as in SIF's own library. */
export function readPaddedText(bytes: Uint8Array, offset: number, length: number): string {
  const field = bytes.subarray(offset, offset + length);
  return utf8.decode(field.subarray(0, field.findLastIndex((byte) => byte !== 0) + 1));
}

/** The text of a field up to its first NUL. */
export function readCString(bytes: Uint8Array, offset: number, length: number): string {
  const field = bytes.subarray(offset, offset + length);
  const end = field.indexOf(0);
  return utf8.decode(end === -1 ? field : field.subarray(0, end));
}

export function isZero(bytes: Uint8Array): boolean {
  return bytes.every((byte) => byte === 0);
}

export function hex(bytes: Uint8Array): string {
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');
}

/** 16 bytes as `8-4-4-4-12` hex digits (RFC 4122). */
export function uuidText(bytes: Uint8Array): string {
  return hex(bytes).replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');
}

/** Whether `text` (ASCII) stands at `offset`. */
export function hasAscii(bytes: Uint8Array, offset: number, text: string): boolean {
  if (bytes.length < offset + text.length) return false;
  return [...text].every((letter, index) => bytes[offset + index] === letter.charCodeAt(0));
}
