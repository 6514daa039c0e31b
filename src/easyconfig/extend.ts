import { type Document, isMap, isPair, isScalar, parseDocument, visit, type YAMLMap } from 'yaml';
import { formatValue } from '../lib/format.ts';
import { extendedPattern } from './rules.ts';
import type { Issue, Place } from './types.ts';
import { type PlacedYaml, parsePlacedYaml } from './yaml-places.ts';

/*
 * `extends: PyTorch-base.yaml`: what several easyconfigs have in common is in one file beside them. Maps are joined, all else
 * that an easyconfig says takes the place of what the other file says; `key: null` takes a key away.
 */

/** A file of a chain: an easyconfig, then the file that it extends, and so on. */
export interface NamedText {
  /** As faults name it. */
  readonly path: string;
  readonly text: string;
}

/** What a chain comes to. */
export type Extended =
  | { readonly text: string; readonly yaml: PlacedYaml; readonly issues: readonly [] }
  | { readonly text: undefined; readonly yaml?: undefined; readonly issues: readonly Issue[] };

/** Whether a text may extend another: what it says of that is for {@link findExtended} to read. */
export function mayExtend(text: string): boolean {
  return /^\s*["']?extends["']?\s*:/m.test(text);
}

/** The name of the file that a text extends, if it does; a fault where that names no file beside it. */
export function findExtended(
  text: string,
): { name: string | undefined; place: Place; issue?: undefined } | { issue: Issue } {
  const { yaml } = mayExtend(text) ? parsePlacedYaml(text) : { yaml: undefined };
  const value = yaml?.value;
  const place = yaml?.placeOf(['extends']) ?? { line: 1, column: 1, length: 1 };
  if (typeof value !== 'object' || value === null || !('extends' in value)) return { name: undefined, place };
  const name: unknown = value.extends;
  if (typeof name === 'string' && extendedPattern.test(name)) return { name, place };
  const message = '`extends` must be the name of a file beside this one';
  return { issue: { message, hint: 'such as `extends: PyTorch-base.yaml`', place } };
}

/** Says what a chain of texts comes to, the one that extends the others first; or what is wrong with it, at its place in its file. */
export function mergeChain(chain: readonly [NamedText, ...NamedText[]]): Extended {
  const [own, ...others] = chain;
  const read = [own, ...others].map((each, index) => ({ ...each, index, parsed: parsePlacedYaml(each.text) }));
  const placeIn = (place: Place, { index, path, text }: NamedText & { readonly index: number }): Place =>
    index === 0 ? place : { ...place, in: { name: path, text, isFlag: false } };
  const issues = read.flatMap((each) => [
    ...each.parsed.issues.map((issue) => ({ ...issue, place: placeIn(issue.place, each) })),
    ...findAliases(each.text).map((message) => ({
      message,
      hint: 'write out what it stands for',
      place: placeIn({ line: 1, column: 1, length: 1 }, each),
    })),
  ]);
  if (issues.length > 0) return { text: undefined, issues };
  const merged = read.map(({ text }): Document => parseDocument(text)).reduceRight((base, each) => merge(base, each));
  if (isMap(merged.contents)) merged.contents.delete('extends');
  const text = merged.toString({ lineWidth: 0 });
  const again = parsePlacedYaml(text);
  if (again.yaml === undefined) return { text: undefined, issues: again.issues };
  const files = read.flatMap((each) => (each.parsed.yaml === undefined ? [] : [{ ...each, yaml: each.parsed.yaml }]));
  /** Where a path is written: in the first file that has most of it. */
  const fileOf = (path: readonly PropertyKey[]): (typeof files)[number] | undefined =>
    files.toSorted((a, b) => depthIn(b.yaml.value, path) - depthIn(a.yaml.value, path) || a.index - b.index)[0];
  const yaml: PlacedYaml = {
    value: again.yaml.value,
    placeOf: (path, which) => {
      const file = fileOf(path);
      return file === undefined ? again.yaml.placeOf(path, which) : placeIn(file.yaml.placeOf(path, which), file);
    },
    sourceOf: (path) => fileOf(path)?.yaml.sourceOf(path),
  };
  return { text, yaml, issues: [] };
}

/** How much of a path a value has. */
function depthIn(root: unknown, path: readonly PropertyKey[]): number {
  let value = root;
  for (const [depth, part] of path.entries()) {
    if (typeof value !== 'object' || value === null || !Object.hasOwn(value, part)) return depth;
    value = (value as Record<PropertyKey, unknown>)[part];
  }
  return path.length;
}

/** An anchor of one file would mean something else in the other. */
function findAliases(text: string): string[] {
  const found: string[] = [];
  visit(parseDocument(text, { uniqueKeys: false }), {
    Alias: (_, { source }) => {
      found.push(
        `an alias (\`*${formatValue(source)}\`) cannot be in a file that extends another, or that is extended`,
      );
      return visit.BREAK;
    },
  });
  return found;
}

/** The comments at the top are those of the file that extends the other. */
function merge(base: Document, own: Document): Document {
  if (!isMap(base.contents) || !isMap(own.contents)) return own;
  takeTopComment(base);
  const comment = takeTopComment(own);
  mergeMap(base.contents, own.contents);
  base.contents.commentBefore = comment;
  return base;
}

/** It may be that of the document, or of its first key. */
function takeTopComment(document: Document): string | null {
  const first = isMap(document.contents) ? document.contents.items[0]?.key : undefined;
  const places = [document, document.contents, isScalar(first) ? first : undefined];
  const comments = places.flatMap((place) => place?.commentBefore ?? []);
  for (const place of places) if (place) place.commentBefore = null;
  return comments.length === 0 ? null : comments.join('\n');
}

function mergeMap(base: YAMLMap, own: YAMLMap): void {
  for (const pair of own.items) {
    const key = isScalar(pair.key) ? pair.key.value : pair.key;
    const at = base.items.findIndex((item) => isPair(item) && isScalar(item.key) && item.key.value === key);
    const before = base.items[at];
    if (isScalar(pair.value) && pair.value.value === null) {
      if (at >= 0) base.items.splice(at, 1);
    } else if (before === undefined) base.items.push(pair);
    else if (isMap(before.value) && isMap(pair.value)) mergeMap(before.value, pair.value);
    else base.items[at] = pair;
  }
}
