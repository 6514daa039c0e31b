import { formatTemplate, type Named, percentTemplate } from './formatting.ts';
import { describeKind, RecipeFault, type Text, text, type Value } from './values.ts';

/** Calls a method of a text or a list, of those that recipes use. @throws RecipeFault for any other */
export function callMethod(
  of: Value,
  name: string,
  given: { values: readonly Value[]; named: readonly Named[] },
  line: number,
): Value {
  const { values, named } = given;
  if (of.kind === 'text' && name === 'format') return text(formatTemplate(of.text, values, named, line), line);
  const method = of.kind === 'text' && Object.hasOwn(methods, name) ? methods[name] : undefined;
  if (method === undefined || of.kind !== 'text' || named.length > 0)
    throw new RecipeFault(line, `\`.${name}(…)\` of ${describeKind(of)} is not understood`);
  return method(of.text, values, line);
}

type Method = (of: string, given: readonly Value[], line: number) => Value;

const methods: Readonly<Record<string, Method>> = {
  replace: (of, given, line) => {
    const [from, to] = [textAt(given, 0, line), textAt(given, 1, line)];
    refuseMore(given, 2, line);
    if (from === '') throw new RecipeFault(line, '`.replace` of an empty text is not understood');
    return text(replaceAll(of, from, to, line), line);
  },
  split: (of, given, line) => {
    refuseMore(given, 1, line);
    const separator = given.length === 0 ? undefined : textAt(given, 0, line);
    if (separator === '') throw new RecipeFault(line, '`.split` at an empty text is not understood');
    const items = separator === undefined ? of.split(/\s+/).filter((part) => part !== '') : of.split(separator);
    return { kind: 'list', items: items.map((item) => text(item, line)), line };
  },
  join: (of, given, line) => {
    refuseMore(given, 1, line);
    const [list] = given;
    if (list?.kind !== 'list') throw new RecipeFault(line, '`.join` takes a list');
    return text(list.items.map((item) => requireText(item).text).join(of), line);
  },
  strip: (of, given, line) => text(strip(of, given, line, { start: true, end: true }), line),
  lstrip: (of, given, line) => text(strip(of, given, line, { start: true, end: false }), line),
  rstrip: (of, given, line) => text(strip(of, given, line, { start: false, end: true }), line),
  upper: (of, given, line) => text(plain(of, given, line).toUpperCase(), line),
  lower: (of, given, line) => text(plain(of, given, line).toLowerCase(), line),
  startswith: (of, given, line) => ({ kind: 'truth', value: of.startsWith(textAt(given, 0, line)), line }),
  endswith: (of, given, line) => ({ kind: 'truth', value: of.endsWith(textAt(given, 0, line)), line }),
};

function replaceAll(of: string, from: string, to: string, line: number): string {
  const parts = of.split(from);
  // Before it is made: it may be far larger.
  if (of.length + (parts.length - 1) * to.length > 2 ** 21)
    throw new RecipeFault(line, 'makes a text of more than 1 MiB');
  return parts.join(to);
}

function strip(of: string, given: readonly Value[], line: number, ends: { start: boolean; end: boolean }): string {
  refuseMore(given, 1, line);
  const dropped = given.length === 0 ? ' \t\n\r\v\f' : textAt(given, 0, line);
  let [from, to] = [0, of.length];
  while (ends.start && from < to && dropped.includes(of.charAt(from))) from += 1;
  while (ends.end && to > from && dropped.includes(of.charAt(to - 1))) to -= 1;
  return of.slice(from, to);
}

function plain(of: string, given: readonly Value[], line: number): string {
  refuseMore(given, 0, line);
  return of;
}

function refuseMore(given: readonly Value[], most: number, line: number): void {
  if (given.length > most) throw new RecipeFault(line, 'so many arguments are not understood');
}

function textAt(given: readonly Value[], at: number, line: number): string {
  const value = given[at];
  if (value === undefined) throw new RecipeFault(line, 'an argument is missing');
  return requireText(value).text;
}

export function requireText(value: Value): Text {
  if (value.kind !== 'text') throw new RecipeFault(value.line, `${describeKind(value)} stands where a text belongs`);
  return value;
}

export { percentTemplate };
