/** The text of the bytes of an easyconfig or settings file, or what is wrong with them. A byte order mark stays. */
export type DecodedText =
  | { readonly text: string; readonly fault: undefined }
  | { readonly text: undefined; readonly fault: string; readonly hint: string };

/** Takes UTF-8 and nothing else: a byte that is no part of it would come out as another character than was meant. */
export function decodeText(bytes: Uint8Array): DecodedText {
  const other = encodingOf(bytes);
  if (other !== undefined)
    return {
      text: undefined,
      fault: `is ${other.replace(/[BL]E$/, '')}`,
      hint: `save it as UTF-8: iconv -f ${other} -t UTF-8`,
    };
  try {
    return { text: new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes), fault: undefined };
  } catch {
    const at = firstBadByte(bytes);
    const line = bytes.subarray(0, at).filter((byte) => byte === 0x0a).length + 1;
    const shown = (bytes[at] ?? 0).toString(16).toUpperCase().padStart(2, '0');
    return {
      text: undefined,
      fault: `is not UTF-8: line ${line} holds the byte 0x${shown}, which begins no character there`,
      hint: 'save it as UTF-8: iconv -f ISO-8859-15 -t UTF-8, if that is what it is',
    };
  }
}

/** By a byte order mark, or by where the zeros are: YAML begins with a character of ASCII (YAML 1.2.2, 5.2). */
function encodingOf([a, b, c, d]: Uint8Array): string | undefined {
  if (a === 0 && b === 0 && ((c === 0xfe && d === 0xff) || (c === 0 && d !== undefined)))
    return c === 0 ? 'UTF-32BE' : 'UTF-32';
  if (a === 0xff && b === 0xfe) return c === 0 && d === 0 ? 'UTF-32' : 'UTF-16';
  if (a === 0xfe && b === 0xff) return 'UTF-16';
  if (a === 0 && b !== undefined && b !== 0) return 'UTF-16BE';
  if (a !== undefined && b === 0) return c === 0 && d === 0 ? 'UTF-32LE' : 'UTF-16LE';
  return undefined;
}

/** Where decoding leniently and encoding again first gives another byte. */
function firstBadByte(bytes: Uint8Array): number {
  const again = new TextEncoder().encode(new TextDecoder('utf-8', { ignoreBOM: true }).decode(bytes));
  const at = bytes.findIndex((byte, index) => again[index] !== byte);
  return at === -1 ? bytes.length : at;
}
