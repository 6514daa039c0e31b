/** The text of an easyconfig's bytes, or what is wrong with them. A byte order mark stays. */
export type DecodedEasyconfig =
  | { readonly text: string; readonly fault: undefined }
  | { readonly text: undefined; readonly fault: string; readonly hint: string };

/** Takes UTF-8 and nothing else: a byte that is no part of it would come out as another character than was meant. */
export function decodeEasyconfig(bytes: Uint8Array): DecodedEasyconfig {
  try {
    return { text: new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes), fault: undefined };
  } catch {
    const [first, second] = bytes;
    if ((first === 0xff && second === 0xfe) || (first === 0xfe && second === 0xff))
      return { text: undefined, fault: 'is UTF-16', hint: 'save it as UTF-8: iconv -f UTF-16 -t UTF-8' };
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

/** Where decoding leniently and encoding again first gives another byte. */
function firstBadByte(bytes: Uint8Array): number {
  const again = new TextEncoder().encode(new TextDecoder('utf-8', { ignoreBOM: true }).decode(bytes));
  const at = bytes.findIndex((byte, index) => again[index] !== byte);
  return at === -1 ? bytes.length : at;
}
