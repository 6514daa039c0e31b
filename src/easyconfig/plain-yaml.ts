import { readFlow, readPlain, startsFlow } from './plain-yaml-values.ts';

/*
 * A reader of the part of YAML 1.2 that nearly all easyconfigs keep to: block maps and lists, scalars and flow collections
 * of one line, literal and folded text (`|`, `>`). It takes a twentieth of the whole parser's time, knows no places and names no faults.
 *
 * It must never give a value that the whole parser does not give: what is not clearly within that part (a tab, an anchor, a
 * number with a fraction, a scalar that goes on in the next line, …) is not read at all. test/easyconfig/plain-yaml.test.ts holds the two
 * against each other.
 */

/** The lines of a text, and the first that is not read yet. */
interface Lines {
  readonly all: string[];
  next: number;
}

/** Characters, and lines at the left edge, that mean something special to YAML somewhere. */
const special =
  /[^\n -~\u00a1-\u167f\u1681-\u1fff\u2010-\u2027\u2030-\u205e\u2070-\u2fff\u3001-\ud7ff]|^(?:---|\.\.\.|%)/m;

/** A key, the colon, and the blanks up to what follows. */
const keyPattern = /([A-Za-z][A-Za-z0-9_-]{0,127}):(?: +|$)/y;

/** The value of a YAML text, or undefined where the whole parser must say what it is. */
export function readPlainYaml(text: string): unknown {
  if (special.test(text)) return undefined;
  const lines = { all: text.split('\n'), next: 0 };
  const indent = indentOfNext(lines);
  if (indent !== 0) return undefined;
  const first = lines.all[lines.next] ?? '';
  if (!startsFlow(first)) return readMap(lines, 0);
  lines.next += 1;
  return indentOfNext(lines) === undefined ? readFlow(first) : undefined;
}

/** Goes to the next line that is neither empty nor a comment; its indentation, or undefined at the end. */
function indentOfNext(lines: Lines): number | undefined {
  for (; lines.next < lines.all.length; lines.next += 1) {
    const line = lines.all[lines.next] ?? '';
    const indent = indentOf(line);
    if (indent < line.length && line[indent] !== '#') return indent;
  }
  return undefined;
}

function indentOf(line: string): number {
  let indent = 0;
  while (line.charCodeAt(indent) === 0x20) indent += 1;
  return indent;
}

function readMap(lines: Lines, indent: number): Record<string, unknown> | undefined {
  const map: Record<string, unknown> = {};
  for (;;) {
    const found = indentOfNext(lines);
    if (found === undefined || found < indent) return map;
    const line = lines.all[lines.next] ?? '';
    const key = keyAt(line, indent);
    if (found > indent || key === undefined || Object.hasOwn(map, key)) return undefined;
    const value = readValue(lines, line.slice(keyPattern.lastIndex), { indent, isInMap: true });
    if (value === undefined) return undefined;
    map[key] = value;
  }
}

/** The key that begins there; `keyPattern.lastIndex` is then where its value begins. */
function keyAt(line: string, index: number): string | undefined {
  keyPattern.lastIndex = index;
  const key = keyPattern.exec(line)?.[1];
  return key === undefined || /^(?:true|false|null)$/i.test(key) ? undefined : key;
}

function readList(lines: Lines, indent: number, isInMap: boolean): unknown[] | undefined {
  const list: unknown[] = [];
  for (;;) {
    const found = indentOfNext(lines);
    if (found === undefined || found < indent) return list;
    const line = lines.all[lines.next] ?? '';
    if (found > indent) return undefined;
    // A list may stand right below the key that it belongs to: the next key ends it.
    if (!line.startsWith('- ', indent)) return isInMap ? list : undefined;
    const start = indent + 1 + indentOf(line.slice(indent + 1));
    const value =
      keyAt(line, start) === undefined
        ? readValue(lines, line.slice(start), { indent, isInMap: false })
        : readMapAfterDash(lines, start);
    if (value === undefined) return undefined;
    list.push(value);
  }
}

/** `- key: value`: a map that is indented as its first key is. */
function readMapAfterDash(lines: Lines, indent: number): unknown {
  lines.all[lines.next] = ' '.repeat(indent) + (lines.all[lines.next] ?? '').slice(indent);
  return readMap(lines, indent);
}

/** What follows a key or a dash: on the same line, or in the lines below. */
function readValue(lines: Lines, rest: string, { indent, isInMap }: { indent: number; isInMap: boolean }): unknown {
  lines.next += 1;
  if (/^[|>]/.test(rest)) return readBlockText(lines, rest, indent);
  if (rest !== '' && !rest.startsWith('#')) return startsFlow(rest) ? readFlow(rest) : readPlain(rest);
  const found = indentOfNext(lines);
  if (found === undefined || !isInMap) return undefined;
  const isList = (lines.all[lines.next] ?? '').startsWith('- ', found);
  if (found > indent) return isList ? readList(lines, found, false) : readMap(lines, found);
  return found === indent && isList ? readList(lines, found, true) : undefined;
}

/** Text that begins after `|` or `>`, perhaps with `-`: its first line says how far it is indented. */
function readBlockText(lines: Lines, header: string, parentIndent: number): string | undefined {
  if (!/^[|>]-? *$/.test(header)) return undefined;
  const text: string[] = [];
  let indent: number | undefined;
  for (; lines.next < lines.all.length; lines.next += 1) {
    const line = lines.all[lines.next] ?? '';
    const found = indentOf(line);
    const isBlank = found === line.length;
    if (!isBlank && indent === undefined) indent = found;
    if (!isBlank && found < (indent ?? 0)) break;
    text.push(isBlank ? line : line.slice(indent));
  }
  // Without its last newline a text may, or may not, end in one.
  if (indent === undefined || indent <= parentIndent || lines.all.at(-1) !== '') return undefined;
  // A line of blanks may be part of the text.
  if (text.some((line) => line !== '' && indentOf(line) === line.length)) return undefined;
  while (text.at(-1) === '') text.pop();
  const whole = header.startsWith('|') ? text.join('\n') : fold(text);
  return whole === undefined ? undefined : whole + (header[1] === '-' ? '' : '\n');
}

/** Lines that follow one another become one. Those that begin or end with blanks have rules of their own. */
function fold(lines: readonly string[]): string | undefined {
  if (lines[0] === '' || lines.some((line) => line.startsWith(' ') || line.endsWith(' '))) return undefined;
  return lines.join('\n').replace(/\n+/g, (newlines) => (newlines === '\n' ? ' ' : newlines.slice(1)));
}
