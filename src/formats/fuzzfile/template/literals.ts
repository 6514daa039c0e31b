import type { Token } from './scan.ts';
import { type Operand, TemplateFault } from './types.ts';

const escapes: Readonly<Record<string, string>> = { n: '\n', t: '\t', r: '\r', a: '\x07', b: '\b', f: '\f', v: '\v' };

/** The value of a literal, or the function that a word names. */
export function parseOperandText({ kind, text, at }: Token): Operand {
  if (kind === 'number') return { is: 'value', value: Number(text) };
  if (kind === 'word') {
    if (text === 'true' || text === 'false') return { is: 'value', value: text === 'true' };
    return text === 'nil' ? { is: 'value', value: undefined } : { is: 'function', name: text, at };
  }
  if (text.startsWith('`')) return { is: 'value', value: text.slice(1, -1) };
  const value = text.slice(1, -1).replace(/\\(x[0-9a-fA-F]{2}|u[0-9a-fA-F]{4}|.)/g, (_, after: string) => {
    if (after.length > 1) return String.fromCharCode(Number.parseInt(after.slice(1), 16));
    return escapes[after] ?? after;
  });
  if (text.startsWith("'")) {
    if ([...value].length !== 1) throw new TemplateFault("one character stands between `'`", at);
    return { is: 'value', value: value.codePointAt(0) ?? 0 };
  }
  return { is: 'value', value };
}
