import { type Document, isCollection, isMap, isNode, isPair, isScalar, type Pair, type YAMLMap } from 'yaml';

/* Where the parts of a YAML document lie in its text. Offsets count UTF-16 units, as strings do. */

/** The pair of a key in a map, or undefined. */
export function findPair(map: YAMLMap, key: string): Pair | undefined {
  return map.items.find((item) => isPair(item) && isScalar(item.key) && item.key.value === key);
}

/** The map at the top; undefined where the document holds something else, or nothing. */
export function topMapOf(document: Document): YAMLMap | undefined {
  return isMap(document.contents) ? document.contents : undefined;
}

/** Offsets of where the text of a node begins and ends, comments after it left out. */
export function rangeOf(node: unknown): readonly [start: number, end: number] | undefined {
  if (!isNode(node) || !node.range) return undefined;
  return [node.range[0], endOf(node)];
}

function endOf(node: unknown): number {
  if (isPair(node)) return Math.max(endOf(node.key), endOf(node.value));
  if (!isNode(node) || !node.range) return 0;
  // The range of a block collection goes on over comments and empty lines.
  if (isCollection(node) && node.flow !== true) return endOf(node.items.at(-1)) || node.range[0];
  return node.range[1];
}

/** Where the line that holds the character before `offset` ends, its line break left out. */
export function lineEndAt(text: string, offset: number): number {
  // The text of a block scalar ends behind its last line break.
  const from = text[offset - 1] === '\n' ? offset - 1 : offset;
  const found = text.indexOf('\n', from);
  const at = found < 0 ? text.length : found;
  return text[at - 1] === '\r' ? at - 1 : at;
}

export function lineStartAt(text: string, offset: number): number {
  return text.lastIndexOf('\n', offset - 1) + 1;
}

export function lineBreakOf(text: string): string {
  return text.includes('\r\n') ? '\r\n' : '\n';
}
