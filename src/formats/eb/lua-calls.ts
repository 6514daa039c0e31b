/** A call in a modulefile: `setenv("X", "y")`. */
export interface Call {
  readonly name: string;
  /** Undefined for an argument that is more than text, numbers and what is put together of them. */
  readonly args: readonly (string | undefined)[];
  /** Lines after the first one of the text. */
  readonly line: number;
}

export interface Calls {
  readonly calls: readonly Call[];
  /** Where what is not understood begins, if anything is: nothing from there on is taken. */
  readonly stopped: { readonly line: number; readonly written: string } | undefined;
}

interface Token {
  readonly kind: 'text' | 'name' | 'number' | 'sign';
  readonly text: string;
  readonly at: number;
}

const token =
  /\s+|--\[(=*)\[[\s\S]*?\]\1\]|--[^\n]*|\[(=*)\[\n?([\s\S]*?)\]\2\]|"((?:[^"\\\n]|\\[\s\S])*)"|'((?:[^'\\\n]|\\[\s\S])*)'|([A-Za-z_]\w*)|(\d+(?:\.\d+)?)|(\.\.|[\s\S])/g;

/** Reads Lua that is no more than calls with plain arguments, as modulefiles are. Nothing of it is run. */
export function readLuaCalls(text: string): Calls {
  const tokens = tokenize(text);
  const calls: Call[] = [];
  const locals = new Map<string, string | undefined>([['root', '%(installdir)s']]);
  const lineOf = (at: number): number => text.slice(0, at).split('\n').length - 1;
  let at = 0;
  while (at < tokens.length) {
    const start = tokens[at];
    if (start === undefined) break;
    if (start.text === ';' && start.kind === 'sign') {
      at += 1;
      continue;
    }
    if (start.text === 'local' && tokens[at + 1]?.kind === 'name' && tokens[at + 2]?.text === '=') {
      const name = tokens[at + 1]?.text ?? '';
      const value = readExpression(tokens, at + 3, locals);
      if (value === undefined) return { calls, stopped: stopAt(start.at) };
      locals.set(name, value.text);
      at = value.end;
      continue;
    }
    const called =
      start.kind === 'name' && !keywords.has(start.text) ? readArguments(tokens, at + 1, locals) : undefined;
    if (called === undefined) return { calls, stopped: stopAt(start.at) };
    calls.push({ name: start.text, args: called.args, line: lineOf(start.at) });
    at = called.end;
  }
  return { calls, stopped: undefined };

  function stopAt(position: number): NonNullable<Calls['stopped']> {
    return { line: lineOf(position), written: text.slice(position).split('\n')[0] ?? '' };
  }
}

const keywords = new Set([
  'if',
  'for',
  'while',
  'repeat',
  'function',
  'do',
  'return',
  'local',
  'end',
  'else',
  'elseif',
  'not',
]);

function tokenize(text: string): Token[] {
  return Array.from(text.matchAll(token)).flatMap((match): Token[] => {
    const [whole, , , long, double, single, name, number, sign] = match;
    const at = match.index;
    const quoted = double ?? single;
    if (long !== undefined) return [{ kind: 'text', text: long, at }];
    if (quoted !== undefined) return [{ kind: 'text', text: unquote(quoted), at }];
    if (name !== undefined) return [{ kind: 'name', text: name, at }];
    if (number !== undefined) return [{ kind: 'number', text: number, at }];
    return sign === undefined || /^\s+$/.test(whole) ? [] : [{ kind: 'sign', text: sign, at }];
  });
}

const escapes: Readonly<Record<string, string>> = {
  n: '\n',
  t: '\t',
  r: '\r',
  a: '\x07',
  b: '\b',
  f: '\f',
  v: '\v',
};

/** As Lua 5.4 reads it; earlier ones know fewer escapes, and read those in the same way. */
function unquote(text: string): string {
  return text.replace(
    /\\(?:(\d{1,3})|x([0-9a-fA-F]{2})|u\{([0-9a-fA-F]{1,5})\}|z\s*|([\s\S]))/g,
    (_whole, decimal?: string, hex?: string, point?: string, character?: string) => {
      if (decimal !== undefined) return String.fromCodePoint(Number(decimal));
      const code = hex ?? point;
      if (code !== undefined) return String.fromCodePoint(Number.parseInt(code, 16));
      return character === undefined ? '' : (escapes[character] ?? character);
    },
  );
}

interface Parsed {
  readonly text: string | undefined;
  readonly end: number;
}

function readArguments(
  tokens: readonly Token[],
  from: number,
  locals: ReadonlyMap<string, string | undefined>,
): { args: (string | undefined)[]; end: number } | undefined {
  // Lua lets a call of one text do without parentheses.
  if (tokens[from]?.kind === 'text') return { args: [tokens[from]?.text], end: from + 1 };
  if (tokens[from]?.text !== '(') return undefined;
  const args: (string | undefined)[] = [];
  let at = from + 1;
  while (tokens[at]?.text !== ')' || tokens[at]?.kind === 'text') {
    const value = readExpression(tokens, at, locals);
    if (value === undefined) return undefined;
    args.push(value.text);
    at = value.end;
    if (tokens[at]?.text === ',' && tokens[at]?.kind === 'sign') at += 1;
    else if (tokens[at]?.text !== ')') return undefined;
  }
  return { args, end: at + 1 };
}

/** Texts and names, put together with `..`. */
function readExpression(
  tokens: readonly Token[],
  from: number,
  locals: ReadonlyMap<string, string | undefined>,
): Parsed | undefined {
  let [made, at]: [string | undefined, number] = ['', from];
  for (;;) {
    const part = readTerm(tokens, at, locals);
    if (part === undefined) return undefined;
    made = made === undefined || part.text === undefined ? undefined : made + part.text;
    at = part.end;
    if (tokens[at]?.text !== '..' || tokens[at]?.kind !== 'sign') return { text: made, end: at };
    at += 1;
  }
}

function readTerm(
  tokens: readonly Token[],
  at: number,
  locals: ReadonlyMap<string, string | undefined>,
): Parsed | undefined {
  const first = tokens[at];
  if (first === undefined) return undefined;
  if (first.kind === 'text' || first.kind === 'number') return { text: first.text, end: at + 1 };
  if (first.kind !== 'name' || keywords.has(first.text)) return undefined;
  if (tokens[at + 1]?.text !== '(') return { text: locals.get(first.text), end: at + 1 };
  const called = readArguments(tokens, at + 1, locals);
  if (called === undefined) return undefined;
  const isJoined = first.text === 'pathJoin' && !called.args.includes(undefined);
  return { text: isJoined ? called.args.join('/').replace(/\/{2,}/g, '/') : undefined, end: called.end };
}
