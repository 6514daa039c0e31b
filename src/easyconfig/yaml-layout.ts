import { formatValue } from '../lib/format.ts';

/** A line whose place makes it mean something else, in words that say more than the parser's. */
export interface LayoutFault {
  readonly message: string;
  readonly hint: string;
  /** From 1. */
  readonly line: number;
  readonly column: number;
  readonly length: number;
}

interface Line {
  readonly number: number;
  readonly indent: number;
  readonly text: string;
}

/**
 * Explains a fault of the parser by the layout of the text: indentation, or a colon with no blank behind it. To be asked where
 * YAML could not be read only: what it says of other texts may be wrong. The parser finds a fault at its line or before.
 */
export function explainLayout(text: string, faultLine: number): LayoutFault | undefined {
  const open: Line[] = [];
  let before: Line | undefined;
  for (const line of blockLines(text)) {
    const glued = /^(?:- +)?(\w+):([^\s/]\S*)/.exec(line.text);
    if (glued !== null && line.number === faultLine)
      return at(
        line,
        `there is no blank behind the colon of \`${glued[1]}\``,
        `write \`${glued[1]}: ${formatValue(glued[2] ?? '')}\``,
      );
    const fault = before === undefined ? undefined : explainIndent(line, before, open);
    if (fault !== undefined) return line.number >= faultLine ? fault : undefined;
    while ((open.at(-1)?.indent ?? -1) >= line.indent) open.pop();
    open.push(line);
    // `- key: value`: what follows of that map begins below the key.
    const dash = /^(?:- +)+/.exec(line.text)?.[0].length;
    if (dash !== undefined) open.push({ ...line, indent: line.indent + dash, text: line.text.slice(dash) });
    before = open.at(-1);
  }
  return undefined;
}

function explainIndent(line: Line, before: Line, open: readonly Line[]): LayoutFault | undefined {
  const name = nameOf(line);
  if (line.indent > before.indent && hasValue(before))
    return at(
      line,
      `${name} is indented deeper than ${nameOf(before)}, which has a value already`,
      `begin it in column ${before.indent + 1}, where ${nameOf(before)} begins`,
    );
  if (line.indent >= before.indent || open.some(({ indent }) => indent === line.indent)) return undefined;
  const columns = [...new Set(open.map(({ indent }) => indent + 1))].join(' or ');
  return at(
    line,
    `${name} begins in column ${line.indent + 1}, where no line above it begins`,
    `begin it in column ${columns}`,
  );
}

function at({ number, indent, text }: Line, message: string, hint: string): LayoutFault {
  return { message, hint, line: number, column: indent + 1, length: (/^[\w-]+/.exec(text)?.[0] ?? ' ').length };
}

/** Lines with a key or an entry of a list; those of texts of several lines, of comments and within brackets left out. */
function* blockLines(text: string): Iterable<Line> {
  let deeperThan: number | undefined;
  let depth = 0;
  for (const [index, whole] of text.split(/\r?\n/).entries()) {
    const indent = whole.length - whole.trimStart().length;
    const content = whole.trim();
    if (content === '' || content.startsWith('#')) continue;
    if (deeperThan !== undefined && indent > deeperThan) continue;
    deeperThan = /[|>][-+\d]*$/.test(content) ? indent : undefined;
    const isInside = depth > 0;
    depth = Math.max(0, depth + countOf(content, /[[{]/g) - countOf(content, /[\]}]/g));
    if (!isInside && /^(?:- |-$|\w+:)/.test(content)) yield { number: index + 1, indent, text: content };
  }
}

function countOf(text: string, pattern: RegExp): number {
  return text.match(pattern)?.length ?? 0;
}

function hasValue({ text }: Line): boolean {
  const value = text
    .replace(/^\w+:/, '')
    .replace(/(^|\s)#.*$/, '')
    .trim();
  return value !== '' && !/^[|>&!]/.test(value);
}

function nameOf({ text }: Line): string {
  const key = /^(\w+):/.exec(text)?.[1];
  return key === undefined ? 'this line' : `\`${key}\``;
}
