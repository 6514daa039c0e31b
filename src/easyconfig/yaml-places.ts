import { type Document, isMap, isNode, isPair, isScalar, isSeq, LineCounter, type Node, parseDocument } from 'yaml';
import type { Issue, Place } from './types.ts';

/** A YAML text with the places of its values, for faults that point into the file. */
export interface PlacedYaml {
  readonly value: unknown;
  placeOf(path: readonly PropertyKey[], which?: 'key' | 'value'): Place;
  /** The text of a plain value as it stands in the file: `1.10` where YAML reads the number 1.1. */
  sourceOf(path: readonly PropertyKey[]): string | undefined;
}

/**
 * Reads one YAML document. Duplicate keys are faults; an alias that would blow the document up is refused.
 * Never throws: every fault comes back with its place.
 */
export function parsePlacedYaml(text: string): { yaml: PlacedYaml; issues: [] } | { yaml: undefined; issues: Issue[] } {
  const counter = new LineCounter();
  const document = parseDocument(text, { lineCounter: counter, prettyErrors: false, stringKeys: true });
  const placeAt = (start: number, end: number): Place => {
    const { line, col } = counter.linePos(Math.min(start, text.length));
    const lineEnd = text.indexOf('\n', start) < 0 ? text.length : text.indexOf('\n', start);
    return { line: Math.max(line, 1), column: Math.max(col, 1), length: Math.max(1, Math.min(end, lineEnd) - start) };
  };
  const faults = [...document.errors, ...document.warnings];
  if (faults.length > 0) {
    const issues = faults.map((fault) => ({
      message: describeYamlFault(fault.message),
      hint: hintOfYamlFault(fault.code, fault.message),
      place: placeAt(fault.pos[0], fault.pos[1]),
    }));
    return { yaml: undefined, issues };
  }
  let value: unknown;
  try {
    value = document.toJS({ maxAliasCount: 100 });
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    return { yaml: undefined, issues: [{ message: describeYamlFault(message), hint: undefined, place: placeAt(0, 1) }] };
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

function describeYamlFault(message: string): string {
  const plain = message.split('\n')[0] ?? message;
  return plain.replace(/ at line \d+, column \d+:?$/, '');
}

function hintOfYamlFault(code: string, message: string): string {
  if (code === 'TAB_AS_INDENT') return 'indent with blanks: YAML allows no tabs there';
  if (code === 'DUPLICATE_KEY') return 'keep one of them';
  if (/plain|implicit|quote|map key|nested mappings/i.test(message)) return 'a value that holds `: `, `#` or begins with a special character needs quotes';
  return 'look at brackets, quotes and indentation here and on the line before';
}
