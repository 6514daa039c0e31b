import { formatLikeGo, mostWidth } from './format-like-go.ts';
import type { TemplateValue } from './types.ts';

export type Functions = Readonly<Record<string, (...values: readonly TemplateValue[]) => TemplateValue>>;

/** What two renderings of a template differ in. */
export interface Chance {
  /** Seconds since 1970. */
  readonly now: number;
  /** From 0 up to, but not including, 1. */
  readonly random: () => number;
}

export function isTrue(value: TemplateValue): boolean {
  if (Array.isArray(value)) return value.length > 0;
  if (typeof value === 'object') return Object.keys(value).length > 0;
  return Boolean(value);
}

/** As Go prints a value. */
export function printValue(value: TemplateValue): string {
  if (value === undefined) return '<no value>';
  if (Array.isArray(value)) return `[${value.map(printValue).join(' ')}]`;
  if (typeof value === 'object')
    return `map[${Object.entries(value)
      .toSorted(([a], [b]) => (a < b ? -1 : 1))
      .map(([name, each]) => `${name}:${printValue(each)}`)
      .join(' ')}]`;
  return String(value);
}

export function functionNames(functions: Functions): string[] {
  return [...Object.keys(functions), 'and', 'or'];
}

const text = (value: TemplateValue): string => (value === undefined ? '' : printValue(value));
const list = (value: TemplateValue): readonly TemplateValue[] => (Array.isArray(value) ? value : []);

function number(value: TemplateValue): number {
  if (typeof value === 'boolean') return value ? 1 : 0;
  const read = typeof value === 'number' ? value : Number.parseFloat(text(value));
  return Number.isFinite(read) ? Math.trunc(read) : 0;
}

function compare(a: TemplateValue, b: TemplateValue): number {
  if (typeof a === 'number' && typeof b === 'number') return a - b;
  if (typeof a === 'string' && typeof b === 'string') return a < b ? -1 : a > b ? 1 : 0;
  throw new Error(`values of two kinds cannot be compared: ${printValue(a)}, ${printValue(b)}`);
}

function isEqual(a: TemplateValue, b: TemplateValue): boolean {
  return typeof a === 'object' || typeof b === 'object' ? JSON.stringify(a) === JSON.stringify(b) : a === b;
}

/** Those of Go's text/template and of sprig that Fuzzfiles use, with their nearest relatives. */
export function makeFunctions({ now, random }: Chance): Functions {
  return {
    ...logic,
    ...strings,
    ...numbers,
    ...collections,
    now: () => now,
    unixEpoch: (time) => String(number(time)),
    randInt: (low, high) => number(low) + Math.floor(random() * Math.max(1, number(high) - number(low))),
  };
}

const logic: Functions = {
  not: (value) => !isTrue(value),
  eq: (first, ...others) => others.some((other) => isEqual(first, other)),
  ne: (a, b) => !isEqual(a, b),
  lt: (a, b) => compare(a, b) < 0,
  le: (a, b) => compare(a, b) <= 0,
  gt: (a, b) => compare(a, b) > 0,
  ge: (a, b) => compare(a, b) >= 0,
  default: (fallback, value) => (isTrue(value) ? value : fallback),
  empty: (value) => !isTrue(value),
  coalesce: (...values) => values.find(isTrue),
  ternary: (yes, no, value) => (isTrue(value) ? yes : no),
  fail: (message) => {
    throw new Error(text(message));
  },
};

const strings: Functions = {
  printf: (format, ...values) => formatLikeGo(text(format), values),
  print: (...values) => values.map(printValue).join(''),
  println: (...values) => `${values.map(printValue).join(' ')}\n`,
  toString: text,
  trim: (value) => text(value).trim(),
  trimAll: (cut, value) => trimSet(text(value), text(cut)),
  trimPrefix: (prefix, value) =>
    text(value).startsWith(text(prefix)) ? text(value).slice(text(prefix).length) : text(value),
  trimSuffix: (suffix, value) =>
    text(suffix) !== '' && text(value).endsWith(text(suffix))
      ? text(value).slice(0, -text(suffix).length)
      : text(value),
  hasPrefix: (prefix, value) => text(value).startsWith(text(prefix)),
  hasSuffix: (suffix, value) => text(value).endsWith(text(suffix)),
  contains: (part, value) => text(value).includes(text(part)),
  lower: (value) => text(value).toLowerCase(),
  upper: (value) => text(value).toUpperCase(),
  replace: (from, to, value) => text(value).replaceAll(text(from), () => text(to)),
  repeat: (count, value) => text(value).repeat(widthOf(count)),
  substr: (start, end, value) => {
    const all = text(value);
    if (number(start) < 0) return all.slice(0, Math.max(0, number(end)));
    return number(end) < 0 || number(end) > all.length
      ? all.slice(number(start))
      : all.slice(number(start), number(end));
  },
  quote: (...values) => values.map((value) => JSON.stringify(text(value))).join(' '),
  squote: (...values) => values.map((value) => `'${text(value)}'`).join(' '),
  indent: (count, value) => indent(text(value), count),
  nindent: (count, value) => `\n${indent(text(value), count)}`,
  base: (path) => text(path).replace(/\/+$/, '').split('/').at(-1) || (text(path).startsWith('/') ? '/' : '.'),
  dir: (path) => text(path).replace(/\/[^/]*$/, '') || (text(path).startsWith('/') ? '/' : '.'),
  b64enc: (value) => Buffer.from(text(value)).toString('base64'),
  b64dec: (value) => Buffer.from(text(value), 'base64').toString(),
  toJson: (value) => JSON.stringify(value) ?? 'null',
};

function widthOf(count: TemplateValue): number {
  return Math.min(Math.max(0, number(count)), mostWidth);
}

function indent(value: string, count: TemplateValue): string {
  return value.replace(/^/gm, ' '.repeat(widthOf(count)));
}

const numbers: Functions = {
  int: number,
  int64: number,
  atoi: number,
  add: (...values) => values.reduce<number>((sum, value) => sum + number(value), 0),
  add1: (value) => number(value) + 1,
  sub: (a, b) => number(a) - number(b),
  mul: (...values) => values.reduce<number>((product, value) => product * number(value), 1),
  div: (a, b) => Math.trunc(divide(a, b)),
  mod: (a, b) => (divide(a, b) - Math.trunc(divide(a, b)) === 0 ? 0 : number(a) % number(b)),
  max: (...values) => Math.max(...values.map(number)),
  min: (...values) => Math.min(...values.map(number)),
  until: (count) => Array.from({ length: Math.min(Math.max(0, number(count)), 100_000) }, (_, index) => index),
};

const collections: Functions = {
  len: (value) => {
    if (typeof value === 'string') return Buffer.byteLength(value);
    if (typeof value === 'object') return Array.isArray(value) ? value.length : Object.keys(value).length;
    throw new Error(`what has no length: ${printValue(value)}`);
  },
  index: (value, ...keys) => keys.reduce<TemplateValue>(elementOf, value),
  list: (...values) => values,
  dict: (...values) =>
    Object.fromEntries(values.flatMap((key, at) => (at % 2 === 0 ? [[text(key), values[at + 1]] as const] : []))),
  append: (values, one) => [...list(values), one],
  prepend: (values, one) => [one, ...list(values)],
  first: (values) => list(values)[0],
  last: (values) => list(values).at(-1),
  has: (one, values) => list(values).some((each) => isEqual(each, one)),
  hasKey: (map, key) => typeof map === 'object' && !Array.isArray(map) && Object.hasOwn(map, text(key)),
  keys: (map) => (typeof map === 'object' && !Array.isArray(map) ? Object.keys(map).toSorted() : []),
  splitList: (separator, value) => text(value).split(text(separator)),
  join: (separator, values) => (Array.isArray(values) ? values.map(text).join(text(separator)) : text(values)),
};

function elementOf(value: TemplateValue, key: TemplateValue): TemplateValue {
  if (Array.isArray(value)) {
    const at = number(key);
    if (at < 0 || at >= value.length) throw new Error(`the list has no element ${at}: it has ${value.length}`);
    return value[at] as TemplateValue;
  }
  if (typeof value === 'object') {
    const map = value as { readonly [name: string]: TemplateValue };
    return Object.hasOwn(map, text(key)) ? map[text(key)] : undefined;
  }
  throw new Error('`index` takes a list or a map');
}

function divide(a: TemplateValue, b: TemplateValue): number {
  if (number(b) === 0) throw new Error('division by zero');
  return number(a) / number(b);
}

function trimSet(value: string, set: string): string {
  let [start, end] = [0, value.length];
  while (start < end && set.includes(value[start] ?? '')) start += 1;
  while (end > start && set.includes(value[end - 1] ?? '')) end -= 1;
  return value.slice(start, end);
}
