import {
  type Document,
  isAlias,
  isMap,
  isNode,
  isPair,
  isScalar,
  isSeq,
  type Node,
  parseDocument,
  type Scalar,
  visit,
} from 'yaml';
import { formatValue } from '../lib/format.ts';
import type { Issue, Place } from './types.ts';
import { explainLayout } from './yaml-layout.ts';

/** A YAML text with the places of its values, for faults that point into the file. */
export interface PlacedYaml {
  readonly value: unknown;
  placeOf(path: readonly PropertyKey[], which?: 'key' | 'value'): Place;
  /** The text of a plain value as it stands in the file: `1.10` where YAML reads the number 1.1. */
  sourceOf(path: readonly PropertyKey[]): string | undefined;
}

/** More faults than this help nobody. */
export const mostFaults = 100;

/**
 * Reads one YAML document. Duplicate keys are faults; an alias that would blow the document up is refused.
 * Never throws: every fault comes back with its place.
 */
export function parsePlacedYaml(text: string): { yaml: PlacedYaml; issues: [] } | { yaml: undefined; issues: Issue[] } {
  // Its own check for unique keys takes quadratic time.
  const document = parseDocument(text, { prettyErrors: false, stringKeys: true, uniqueKeys: false });
  // The parser's own counter loses lines after a fault.
  const newlines = Array.from(text.matchAll(/\n/g), ({ index }) => index);
  const placeAt = (start: number, end: number): Place => {
    const line = countBelow(newlines, start);
    const lineStart = line === 0 ? 0 : (newlines[line - 1] ?? 0) + 1;
    const lineEnd = newlines[line] ?? text.length;
    const before = text.slice(lineStart, start).replace(/^\uFEFF/, '');
    return {
      line: line + 1,
      column: countCharacters(before) + 1,
      length: Math.max(1, countCharacters(text.slice(start, Math.min(end, lineEnd)))),
    };
  };
  const faults = [...document.errors, ...document.warnings].sort((a, b) => a.pos[0] - b.pos[0]);
  if (faults.length > 0) {
    const [start, end] = faults[0]?.pos ?? [0, 0];
    const layout = explainLayout(text, placeAt(start, end).line);
    if (layout !== undefined) {
      const { message, hint, ...place } = layout;
      // What the parser says from there on comes of it.
      return { yaml: undefined, issues: [{ message, hint, place }] };
    }
    // A fault often brings others at its very place.
    const first = faults
      .filter(({ pos }, index) => index === 0 || faults[index - 1]?.pos[0] !== pos[0])
      .slice(0, mostFaults);
    const issues = first.map(({ code, message, pos }) => ({
      ...describeYamlFault(code, message),
      place: placeAt(pos[0], pos[1]),
    }));
    return { yaml: undefined, issues };
  }
  const issues = findUnusable(document, text).map(({ message, hint, range }) => ({
    message,
    hint,
    place: placeAt(range[0], range[1]),
  }));
  if (issues.length > 0) return { yaml: undefined, issues };
  let value: unknown;
  try {
    value = document.toJS({ maxAliasCount: 100 });
  } catch (error) {
    const fault = describeYamlFault('BAD_ALIAS', error instanceof Error ? error.message : String(error));
    const [start, end] = findFirstAlias(document)?.range ?? [0, 1];
    return { yaml: undefined, issues: [{ ...fault, place: placeAt(start, end) }] };
  }
  const placeOf = (path: readonly PropertyKey[], which: 'key' | 'value' = 'value'): Place => {
    const range = findNode(document, path, which)?.range;
    return range ? placeAt(range[0], range[1]) : placeAt(0, 1);
  };
  const sourceOf = (path: readonly PropertyKey[]): string | undefined => {
    const node = findNode(document, path, 'value');
    return isScalar(node) ? node.source : undefined;
  };
  return { yaml: { value, placeOf, sourceOf }, issues: [] };
}

function findFirstAlias(document: Document): Node | undefined {
  let first: Node | undefined;
  visit(document, {
    Alias: (_, alias) => {
      first = alias;
      return visit.BREAK;
    },
  });
  return first;
}

/** The node at `path`, or the nearest one above it that exists. */
function findNode(document: Document, path: readonly PropertyKey[], which: 'key' | 'value'): Node | undefined {
  let node: unknown = document.contents;
  for (const [index, part] of path.entries()) {
    const isLast = index === path.length - 1;
    let next: unknown;
    if (isMap(node)) {
      const pair = node.items.find((item) => isPair(item) && isScalar(item.key) && item.key.value === part);
      next = isLast && which === 'key' ? pair?.key : (pair?.value ?? pair?.key);
    } else if (isSeq(node) && typeof part === 'number') next = node.items[part];
    if (!isNode(next)) break;
    node = next;
  }
  return isNode(node) ? node : undefined;
}

interface Unusable {
  readonly message: string;
  readonly hint: string | undefined;
  readonly range: readonly [number, number, number];
}

/** What no value can be made of, or not what is meant: a key twice, an alias of nothing, a list that is no list. */
function findUnusable(document: Document, text: string): Unusable[] {
  const found: Unusable[] = [];
  const add = (message: string, node: unknown, hint?: string): void => {
    if (isNode(node) && node.range && found.length < mostFaults) found.push({ message, hint, range: node.range });
  };
  const anchors = new Set<string>();
  visit(document, (_, node, path) => {
    if (isSeq(path.at(-1)) && isScalar(node) && node.type === 'PLAIN' && goesOnWithDash(node, text))
      add(
        'the next line goes on with this text, as its `- ` is indented deeper',
        node,
        'indent each `- ` of a list alike',
      );
    if (isAlias(node)) {
      if (!anchors.has(node.source)) add(`there is no anchor \`&${formatValue(node.source)}\` before this`, node);
    } else if (isNode(node) && node.anchor !== undefined) anchors.add(node.anchor);
    if (!isMap(node)) return;
    const keys = new Set<unknown>();
    for (const { key } of node.items) {
      if (!isScalar(key)) continue;
      if (key.value === '__proto__') add('`__proto__` cannot be a key', key);
      else if (keys.has(key.value))
        add(`the key \`${formatValue(String(key.value))}\` is there twice`, key, 'keep one of them');
      keys.add(key.value);
    }
  });
  return found;
}

function goesOnWithDash({ range }: Scalar, text: string): boolean {
  return range ? /\n\s*- /.test(text.slice(range[0], range[1])) : false;
}

/** How many of the numbers, sorted, are below `limit`. */
function countBelow(numbers: readonly number[], limit: number): number {
  let [low, high] = [0, numbers.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((numbers[middle] ?? 0) < limit) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** Surrogate pairs count once. */
function countCharacters(text: string): number {
  let count = 0;
  for (const _ of text) count += 1;
  return count;
}

function describeYamlFault(code: string, message: string): Pick<Issue, 'message' | 'hint'> {
  const plain = formatValue((message.split('\n')[0] ?? message).replace(/ at line \d+, column \d+:?$/, ''), 200);
  switch (code) {
    case 'TAB_AS_INDENT':
      return { message: plain, hint: 'indent with blanks: YAML allows no tabs there' };
    case 'MULTIPLE_DOCS':
      return {
        message: 'a second YAML document begins here',
        hint: 'keep one document to a file, and no `---` after it',
      };
    case 'RESOURCE_EXHAUSTION':
      return { message: 'this is nested too deep', hint: undefined };
    case 'BAD_ALIAS':
      return {
        message: plain.startsWith('Excessive alias count') ? 'its aliases (`*name`) expand to too much' : plain,
        hint: undefined,
      };
    case 'MISSING_CHAR':
      if (/closing .quote/.test(plain))
        return { message: 'a quote that was opened is never closed', hint: 'look for it above' };
      break;
    case 'NON_STRING_KEY':
      return { message: 'a key must be text', hint: undefined };
  }
  const needsQuotes = /plain|implicit|quote|map key|nested mappings/i.test(message);
  return {
    message: plain,
    hint: needsQuotes
      ? 'a value that holds `: `, `#` or begins with a special character needs quotes'
      : 'look at brackets, quotes and indentation here and on the line before',
  };
}
