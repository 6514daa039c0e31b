import { TemplateFault } from './types.ts';

export type Piece =
  | { readonly is: 'text'; readonly text: string }
  | { readonly is: 'action'; readonly tokens: readonly Token[]; readonly at: number };

export interface Token {
  readonly kind: 'string' | 'number' | 'word' | 'field' | 'variable' | 'sign';
  readonly text: string;
  readonly at: number;
  /** Whether a blank stands before it: `.A.B` is one value, `.A .B` are two. */
  readonly isApart: boolean;
}

/** Divides a template into text and actions. `{{-` and `-}}` take the blanks beside them away. */
export function scan(text: string): Piece[] {
  const pieces: Piece[] = [];
  let from = 0;
  let trims = false;
  for (let open = findOpen(text, 0); ; open = findOpen(text, from)) {
    const before = text.slice(from, open === -1 ? text.length : open);
    const startTrims = open !== -1 && /^\{\{-\s/.test(text.slice(open, open + 4));
    pieces.push({ is: 'text', text: trimmed(before, { start: trims, end: startTrims }) });
    if (open === -1) return pieces;
    const begin = open + (startTrims ? 3 : 2);
    const comment = /^\s*\/\*[\s\S]*?\*\/\s*(-?)\}\}/.exec(text.slice(begin));
    if (comment !== null) {
      from = begin + comment[0].length;
      trims = comment[1] === '-';
      continue;
    }
    const { tokens, end, endTrims } = scanAction(text, begin, open);
    pieces.push({ is: 'action', tokens, at: open });
    from = end;
    trims = endTrims;
  }
}

/** `${{ secret "X" }}$` is no action of a template. */
function findOpen(text: string, from: number): number {
  let open = text.indexOf('{{', from);
  while (open > 0 && text[open - 1] === '$' && /^\{\{\s*secret\b/.test(text.slice(open, open + 200)))
    open = text.indexOf('{{', open + 2);
  return open;
}

function trimmed(text: string, { start, end }: { start: boolean; end: boolean }): string {
  const left = start ? text.replace(/^\s+/, '') : text;
  return end ? left.replace(/\s+$/, '') : left;
}

const patterns: readonly (readonly [Token['kind'], RegExp])[] = [
  ['string', /"(?:[^"\\\n]|\\.)*"|`[^`]*`|'(?:[^'\\\n]|\\.)'/y],
  ['number', /[+-]?(?:0x[0-9a-fA-F]+|\d+(?:\.\d+)?(?:[eE][+-]?\d+)?)/y],
  ['field', /\.[A-Za-z_]\w*/y],
  ['variable', /\$\w*/y],
  ['word', /[A-Za-z_]\w*/y],
  ['sign', /:=|[|(),=.]/y],
];

function scanAction(text: string, begin: number, open: number): { tokens: Token[]; end: number; endTrims: boolean } {
  const tokens: Token[] = [];
  let at = begin;
  for (;;) {
    const blank = /\s*/y;
    blank.lastIndex = at;
    const isApart = (blank.exec(text)?.[0].length ?? 0) > 0;
    at = blank.lastIndex;
    if (text.startsWith('}}', at)) return { tokens, end: at + 2, endTrims: false };
    if (isApart && text.startsWith('-}}', at)) return { tokens, end: at + 3, endTrims: true };
    if (at >= text.length) throw new TemplateFault('this `{{` is never closed', open);
    let found = false;
    for (const [kind, pattern] of patterns) {
      pattern.lastIndex = at;
      const match = pattern.exec(text);
      if (match === null) continue;
      tokens.push({ kind, text: match[0], at, isApart });
      at += match[0].length;
      found = true;
      break;
    }
    if (found) continue;
    const [close, next] = [text.indexOf('}}', at), text.indexOf('{{', at)];
    if (close === -1 || (next !== -1 && next < close)) throw new TemplateFault('this `{{` is never closed', open);
    throw new TemplateFault('a template cannot have this here', at);
  }
}
