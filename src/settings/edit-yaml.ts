import { isDeepStrictEqual } from 'node:util';
import { type Document, isMap, isNode, isScalar, type Pair, parseDocument, type YAMLMap } from 'yaml';
import { CtinstallError } from '../lib/errors.ts';
import { renderYaml } from './render-yaml.ts';
import { findPair, lineBreakOf, lineEndAt, lineStartAt, rangeOf, topMapOf } from './yaml-nodes.ts';

/*
 * Changes one value in the text of a settings file; comments and layout of all else stay. Where the text is laid out in a
 * way that this does not master, the YAML library writes it again, which keeps the comments.
 */

/**
 * The text with `value` at `path`, such as `['bind_groups', 'slurm']`.
 * @param text YAML without a fault: a map, or nothing
 * @throws CtinstallError `settings-invalid` where other values depend on the one that is changed
 */
export function setInYaml(text: string, path: readonly [string, ...string[]], value: unknown): string {
  const document: Document = parseDocument(text, { uniqueKeys: false });
  const expected = setIn(document.toJS() ?? {}, path, value);
  const changed = spliceValue(text, document, path, value);
  if (changed !== undefined && holds(changed, expected)) return changed;
  const [top, ...rest] = path;
  if (!isMap(document.contents)) document.contents = document.createNode({});
  const isBelowMap = rest.length === 0 || isMap(document.get(top));
  if (isBelowMap) document.setIn(path, value);
  else document.set(top, document.createNode(setIn({}, rest, value)));
  return writeAnew(document, expected);
}

/** The text without what is at `path`, and without a map that is empty then; undefined where there is nothing. */
export function unsetInYaml(text: string, path: readonly [string, ...string[]]): string | undefined {
  const document = parseDocument(text, { uniqueKeys: false });
  if (!document.hasIn(path)) return undefined;
  const parent = path.length === 1 ? document.contents : document.getIn(path.slice(0, -1));
  const [top, ...rest] = path.slice(0, -1);
  if (isMap(parent) && parent.items.length === 1 && top !== undefined) return unsetInYaml(text, [top, ...rest]);
  const pair = isMap(parent) ? findPair(parent, path.at(-1) ?? '') : undefined;
  const [start] = rangeOf(pair?.key) ?? [];
  const end = start === undefined ? undefined : endOfPair(text, pair);
  const expected = setIn(document.toJS(), path, undefined);
  document.deleteIn(path);
  if (start !== undefined && end !== undefined) {
    const after = text.slice(end).replace(/^\r?\n/, '');
    const changed = text.slice(0, lineStartAt(text, start)) + after;
    if (holds(changed, expected)) return changed;
  }
  return writeAnew(document, expected);
}

/** An anchor may be gone that an alias elsewhere needs, or come to stand for another value. */
function writeAnew(document: Document, expected: unknown): string {
  let text: string | undefined;
  try {
    text = document.toString({ lineWidth: 0 });
  } catch {
    // An alias without its anchor.
  }
  if (text !== undefined && holds(text, expected)) return text;
  throw new CtinstallError('settings-invalid', 'the settings file has anchors (`&name`) that other values depend on', {
    hint: 'change it by hand: ctinstall settings edit',
  });
}

function spliceValue(
  text: string,
  document: Document,
  path: readonly [string, ...string[]],
  value: unknown,
): string | undefined {
  const rendered = renderYaml(value);
  let map = topMapOf(document);
  if (map === undefined) return isEmpty(document.contents) ? appendLines(text, path, rendered) : undefined;
  for (const [depth, key] of path.entries()) {
    const pair = findPair(map, key);
    if (pair === undefined) return insertPair(text, map, path.slice(depth), rendered);
    if (depth === path.length - 1) return replaceValue(text, pair, rendered);
    if (isEmpty(pair.value)) return insertBelow(text, pair, path.slice(depth + 1), rendered);
    if (!isMap(pair.value)) return undefined;
    map = pair.value;
  }
  return undefined;
}

function replaceValue(text: string, pair: Pair, rendered: string): string | undefined {
  const [, keyEnd] = rangeOf(pair.key) ?? [];
  const [start, end] = rangeOf(pair.value) ?? [];
  if (keyEnd === undefined || start === undefined || end === undefined) return undefined;
  const colon = text.indexOf(':', keyEnd);
  const isOneLine = !text.slice(colon, end).includes('\n');
  if (isOneLine && end > start) return text.slice(0, start) + rendered + text.slice(end);
  // Comments between the lines of the old value go with it; one behind the key stays.
  const comment = /^\s*(#.*)/.exec(text.slice(colon + 1, lineEndAt(text, colon + 1)))?.[1];
  const rest = end > start ? lineEndAt(text, end) : colon + 1;
  const kept = end > start && comment !== undefined ? `  ${comment}` : '';
  return `${text.slice(0, colon + 1)} ${rendered}${kept}${text.slice(rest)}`;
}

function insertPair(text: string, map: YAMLMap, keys: readonly string[], rendered: string): string | undefined {
  const [first, last] = [map.items[0], map.items.at(-1)];
  const [start] = rangeOf(first?.key) ?? [];
  if (last === undefined || start === undefined) return undefined;
  if (map.flow === true) {
    const [, end] = rangeOf(isEmpty(last.value) ? last.key : last.value) ?? [];
    if (end === undefined) return undefined;
    const nested = keys.slice(1).reduceRight((inner, key) => `{ ${renderYaml(key)}: ${inner} }`, rendered);
    return `${text.slice(0, end)}, ${renderYaml(keys[0])}: ${nested}${text.slice(end)}`;
  }
  return insertLines(text, last, linesOf(keys, rendered), text.slice(lineStartAt(text, start), start));
}

/** Below a key that has no value yet. */
function insertBelow(text: string, pair: Pair, keys: readonly string[], rendered: string): string | undefined {
  const [start] = rangeOf(pair.key) ?? [];
  if (start === undefined) return undefined;
  return insertLines(text, pair, linesOf(keys, rendered), `${text.slice(lineStartAt(text, start), start)}  `);
}

function insertLines(text: string, after: Pair, lines: readonly string[], indent: string): string | undefined {
  const at = endOfPair(text, after);
  if (at === undefined) return undefined;
  return text.slice(0, at) + lines.map((line) => lineBreakOf(text) + indent + line).join('') + text.slice(at);
}

function appendLines(text: string, keys: readonly string[], rendered: string): string {
  const lineBreak = lineBreakOf(text);
  const start = text === '' || text.endsWith('\n') ? text : text + lineBreak;
  return (
    start +
    linesOf(keys, rendered)
      .map((line) => line + lineBreak)
      .join('')
  );
}

/** `['bind_groups', 'slurm']` → `bind_groups:` and, deeper, `slurm: …`. */
function linesOf(keys: readonly string[], rendered: string): string[] {
  return keys.map((key, depth) => {
    const isLast = depth === keys.length - 1;
    return `${'  '.repeat(depth)}${renderYaml(key)}:${isLast ? ` ${rendered}` : ''}`;
  });
}

/** Where the last line of a pair of a block map ends. */
function endOfPair(text: string, pair: Pair | undefined): number | undefined {
  const [, end] = rangeOf(isEmpty(pair?.value) ? pair?.key : pair?.value) ?? [];
  return end === undefined ? undefined : lineEndAt(text, end);
}

function isEmpty(node: unknown): boolean {
  return !isNode(node) || (isScalar(node) && node.source === '');
}

function setIn(root: unknown, path: readonly string[], value: unknown): unknown {
  const [key, ...rest] = path;
  if (key === undefined) return value;
  const isMapping = typeof root === 'object' && root !== null && !Array.isArray(root);
  const map = isMapping ? (root as Record<string, unknown>) : {};
  return { ...map, [key]: setIn(map[key], rest, value) };
}

function holds(text: string, expected: unknown): boolean {
  const document = parseDocument(text, { uniqueKeys: false });
  if (document.errors.length > 0) return false;
  // What is undefined is not there.
  const plain = (value: unknown): unknown => JSON.parse(JSON.stringify(value));
  try {
    return isDeepStrictEqual(plain(document.toJS() ?? {}), plain(expected));
  } catch {
    return false;
  }
}
