import { RecipeFault } from './values.ts';

export interface Quoted {
  readonly isRaw: boolean;
  readonly isFormat: boolean;
  /** Characters in front of the content: prefix and quotes. */
  readonly head: number;
  /** Characters behind it. */
  readonly tail: number;
}

/** How a string literal is quoted. @throws RecipeFault for bytes */
export function describeQuotes(literal: string, line: number): Quoted {
  const [head = '', prefix = '', quotes = ''] = opening.exec(literal) ?? [];
  const letters = prefix.toLowerCase();
  if (letters.includes('b')) throw new RecipeFault(line, 'bytes (`b"…"`) are no text');
  return {
    isRaw: letters.includes('r'),
    isFormat: letters.includes('f'),
    head: head.length,
    tail: quotes.length,
  };
}

const opening = /^([A-Za-z]{0,2})('''|"""|'|")/;

/** Whether a string literal has its end: the parser lets one pass that ends with its line. */
export function isClosed(literal: string): boolean {
  const [head = '', , quotes = ''] = opening.exec(literal) ?? [];
  if (literal.length < head.length + quotes.length || !literal.endsWith(quotes)) return false;
  const [backslashes = ''] = /\\*$/.exec(literal.slice(head.length, literal.length - quotes.length)) ?? [];
  return backslashes.length % 2 === 0;
}

const simple: Readonly<Record<string, string>> = {
  '\n': '',
  '\\': '\\',
  "'": "'",
  '"': '"',
  a: '\x07',
  b: '\b',
  f: '\f',
  n: '\n',
  r: '\r',
  t: '\t',
  v: '\v',
};

const escapes = /\\(?:([0-7]{1,3})|x([0-9a-fA-F]{2})|u([0-9a-fA-F]{4})|U([0-9a-fA-F]{8})|(N\{)|([\s\S]))|\{\{|\}\}/g;

/** The content of a literal, as Python reads it: an escape that Python does not know keeps its backslash. */
export function readContent(
  content: string,
  { isRaw, isFormat }: Pick<Quoted, 'isRaw' | 'isFormat'>,
  line: number,
): string {
  return content.replace(escapes, (whole, octal, hex, short, long, named, character) => {
    if (whole === '{{' || whole === '}}') return isFormat ? whole.slice(1) : whole;
    if (isRaw) return whole;
    if (named !== undefined) throw new RecipeFault(line, '`\\N{…}` names a character, which is not looked up');
    if (octal !== undefined) return String.fromCodePoint(Number.parseInt(octal, 8));
    const code = hex ?? short ?? long;
    if (code === undefined) return simple[character] ?? whole;
    const point = Number.parseInt(code, 16);
    if (point > 0x10ffff) throw new RecipeFault(line, `\`${whole}\` is no character`);
    return String.fromCodePoint(point);
  });
}
