/* The values of one line that plain-yaml.ts reads. As there, undefined means: not clearly what YAML makes of it. */

/** The text that is read, and how far that is done. */
interface Cursor {
  readonly text: string;
  at: number;
}

const deepest = 8;

/** Quoted text: of the escapes those that mean the same in JSON. */
const doubleQuoted = /"(?:[^"\\]|\\["\\/nt])*"/y;
const singleQuoted = /'(?:[^']|'')*'/y;

/** Plain text within brackets. */
const flowPlain = /(?:[A-Za-z0-9/_.]|-(?=[A-Za-z]))(?:[\w./+=@%~()$-]|:(?=[\w/])| +(?=[\w./+=@%~()$-]))*/y;
const flowKey = /(?:([A-Za-z][A-Za-z0-9_-]{0,127}): +|"([A-Za-z][A-Za-z0-9_-]{0,127})": *)/y;

/** A whole number that is written in one way only, and that JavaScript holds exactly. */
const countPattern = /^(?:0|[1-9][0-9]{0,14})$/;

/** What YAML reads as a number (and a little more). */
const numberPattern = /^[-+]?(?:0x[0-9a-f]+|0o[0-7]+|(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:e[-+]?[0-9]+)?|\.inf|\.nan)$/i;

/** Whether a quoted text, a list or a map begins here. */
export function startsFlow(text: string): boolean {
  return /^["'[{]/.test(text);
}

/** A quoted text, a list or a map that ends on its line; a comment may follow. */
export function readFlow(text: string): unknown {
  const cursor = { text, at: 0 };
  const value = readFlowValue(cursor, 0);
  const end = cursor.at;
  skipBlanks(cursor);
  const isEnd = cursor.at === text.length || (cursor.at > end && text[cursor.at] === '#');
  return isEnd ? value : undefined;
}

/** Text without quotes that ends with its line, or at a comment. */
export function readPlain(line: string): string | number | boolean | undefined {
  const comment = line.indexOf(' #');
  let end = comment === -1 ? line.length : comment;
  while (line.charCodeAt(end - 1) === 0x20) end -= 1;
  const text = line.slice(0, end);
  if (!/^(?:[A-Za-z0-9/_.$(\u00a1-\ud7ff]|-[A-Za-z])/.test(text)) return undefined;
  return text.includes(': ') || text.endsWith(':') ? undefined : resolve(text);
}

function resolve(text: string): string | number | boolean | undefined {
  if (text === 'true') return true;
  if (text === 'false') return false;
  if (countPattern.test(text)) return Number(text);
  return /^(?:true|false|null)$/i.test(text) || numberPattern.test(text) ? undefined : text;
}

function readFlowValue(cursor: Cursor, depth: number): unknown {
  switch (cursor.text[cursor.at]) {
    case '[':
      return depth < deepest ? readFlowList(cursor, depth + 1) : undefined;
    case '{':
      return depth < deepest ? readFlowMap(cursor, depth + 1) : undefined;
    case '"': {
      const quoted = match(doubleQuoted, cursor)?.[0];
      return quoted === undefined ? undefined : JSON.parse(quoted);
    }
    case "'":
      return match(singleQuoted, cursor)?.[0].slice(1, -1).replaceAll("''", "'");
    default: {
      const text = match(flowPlain, cursor)?.[0];
      return text === undefined ? undefined : resolve(text);
    }
  }
}

function readFlowList(cursor: Cursor, depth: number): unknown[] | undefined {
  const list: unknown[] = [];
  const isRead = readItems(cursor, ']', () => {
    const value = readFlowValue(cursor, depth);
    list.push(value);
    return value !== undefined;
  });
  return isRead ? list : undefined;
}

function readFlowMap(cursor: Cursor, depth: number): Record<string, unknown> | undefined {
  const map: Record<string, unknown> = {};
  const isRead = readItems(cursor, '}', () => {
    const [, plain, quoted] = match(flowKey, cursor) ?? [];
    const key = plain ?? quoted;
    if (key === undefined || Object.hasOwn(map, key) || /^(?:true|false|null)$/i.test(key)) return false;
    const value = readFlowValue(cursor, depth);
    map[key] = value;
    return value !== undefined;
  });
  return isRead ? map : undefined;
}

/** The items between two brackets; says whether all of them could be read. */
function readItems(cursor: Cursor, closing: ']' | '}', readItem: () => boolean): boolean {
  cursor.at += 1;
  skipBlanks(cursor);
  if (cursor.text[cursor.at] === closing) {
    cursor.at += 1;
    return true;
  }
  while (readItem()) {
    skipBlanks(cursor);
    const mark = cursor.text[cursor.at];
    cursor.at += 1;
    if (mark === closing) return true;
    if (mark !== ',') return false;
    skipBlanks(cursor);
  }
  return false;
}

function match(pattern: RegExp, cursor: Cursor): RegExpExecArray | undefined {
  pattern.lastIndex = cursor.at;
  const found = pattern.exec(cursor.text);
  if (found === null) return undefined;
  cursor.at = pattern.lastIndex;
  return found;
}

function skipBlanks(cursor: Cursor): void {
  while (cursor.text.charCodeAt(cursor.at) === 0x20) cursor.at += 1;
}
