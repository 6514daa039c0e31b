/**
 * Text that came out of a file, safe for a terminal: control characters, line ends and the marks that
 * turn the direction of writing become `\xNN` or `\u{NNNN}`. What is left prints as one line.
 */
export function printable(text: string): string {
  return text.replace(/[\p{Cc}\p{Cf}\p{Cs}\u2028\u2029]/gu, (letter) => {
    const code = letter.codePointAt(0) ?? 0;
    return code < 256 ? `\\x${code.toString(16).padStart(2, '0')}` : `\\u{${code.toString(16).padStart(4, '0')}}`;
  });
}

/** A count of bytes for people: `52 428 800`. */
export function groupedDigits(count: number): string {
  return String(count).replace(/\B(?=(\d{3})+$)/g, ' ');
}
