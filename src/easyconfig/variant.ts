import { type Document, isAlias, isMap, isPair, isScalar, isSeq, parseDocument, type YAMLMap } from 'yaml';
import { formatValue } from '../lib/format.ts';
import { type ParsedEasyconfig, validateEasyconfig } from './parse.ts';
import type { Issue, Place } from './types.ts';
import { type Change, isVariant, type VariantRequest } from './variant-changes.ts';
import { changesOfVersion } from './variant-version.ts';
import { type PlacedYaml, parsePlacedYaml } from './yaml-places.ts';

/** An easyconfig with changes in it: its new text, and what of that the user did not ask for word by word. */
export type Variant = ParsedEasyconfig & { readonly text: string; readonly notes: readonly string[] };

/**
 * Reads an easyconfig with changes, which are written into its text: that is what is installed and kept, with its comments.
 * A fault of what was changed has its place where the change was asked for, all others in the text as it was: as `read` says,
 * where that is made of several files.
 */
export function parseVariant(text: string, request: VariantRequest, read?: PlacedYaml): Variant {
  const original = read === undefined ? parsePlacedYaml(text) : { yaml: read, issues: [] as Issue[] };
  if (original.yaml === undefined) return { text, notes: [], easyconfig: undefined, issues: original.issues };
  if (!isVariant(request)) return { text, notes: [], ...validateEasyconfig(original.yaml) };
  const document = parseDocument(text, { stringKeys: true, uniqueKeys: false });
  const { changes: ofVersion, notes } = changesOfVersion(original.yaml.value, request);
  const changes = [...ofVersion, ...request.changes];
  const issues = changes.flatMap((change): Issue[] => {
    const fault = applyChange(document, change);
    return fault === undefined ? [] : [{ ...fault, place: change.place }];
  });
  if (issues.length > 0) return { text, notes, easyconfig: undefined, issues };
  const changed = textOf(document);
  if (changed === undefined) {
    const message = 'what an alias (`*name`) of the file stands for would be gone';
    const gone = changes.map(({ place }) => ({ message, hint: 'edit a copy: ctinstall show --copy', place }));
    return { text, notes, easyconfig: undefined, issues: gone.slice(-1) };
  }
  const again = parsePlacedYaml(changed);
  if (again.yaml === undefined) {
    const place = changes.at(-1)?.place ?? again.issues[0]?.place;
    const moved = again.issues.map((issue) => ({ ...issue, place: place ?? issue.place }));
    return { text: changed, notes, easyconfig: undefined, issues: moved };
  }
  const parsed = validateEasyconfig(placedWhereAsked(again.yaml, original.yaml, changes));
  if (parsed.easyconfig !== undefined) return { text: changed, notes, ...parsed };
  return { text: changed, notes, easyconfig: undefined, issues: parsed.issues.map(withFlagHint) };
}

/** Undefined where an alias leads nowhere any more. */
function textOf(document: Document): string | undefined {
  try {
    return document.toString({ lineWidth: 0 });
  } catch {
    return undefined;
  }
}

/** The changed values, at the places where they come from. */
function placedWhereAsked(changed: PlacedYaml, original: PlacedYaml, changes: readonly Change[]): PlacedYaml {
  const placeOf = (path: readonly PropertyKey[], which?: 'key' | 'value'): Place => {
    const asked = changes.findLast(
      (change) => isWithin(path, change.path) || (isWithin(change.path, path) && !isThere(original.value, path)),
    );
    return asked?.place ?? original.placeOf(path, which);
  };
  const sourceOf = (path: readonly PropertyKey[]): string | undefined => {
    const asked = changes.findLast((change) => change.path.length === path.length && isWithin(path, change.path));
    return asked?.source ?? changed.sourceOf(path);
  };
  return { value: changed.value, placeOf, sourceOf };
}

function isWithin(path: readonly PropertyKey[], above: readonly PropertyKey[]): boolean {
  return above.every((part, index) => String(path[index]) === String(part));
}

function isThere(root: unknown, path: readonly PropertyKey[]): boolean {
  let value = root;
  for (const part of path) {
    if (typeof value !== 'object' || value === null || !Object.hasOwn(value, part)) return false;
    value = (value as Record<PropertyKey, unknown>)[part];
  }
  return true;
}

/** `quote it: version: "1.10"` helps nobody who wrote `--set version=1.10`. */
function withFlagHint(issue: Issue): Issue {
  const [, key] = /^--set (.*)$/.exec(issue.place.in?.name ?? '') ?? [];
  const [, quoted] = /^quote it: `.*?("[^"]*")`$/.exec(issue.hint ?? '') ?? [];
  return key === undefined || quoted === undefined
    ? issue
    : { ...issue, hint: `quote it: \`--set '${key}=${quoted}'\`` };
}

/** Puts one change into the document, or says why that cannot be. */
function applyChange(document: Document, { path, value }: Change): Pick<Issue, 'message' | 'hint'> | undefined {
  let node: unknown = document.contents;
  for (const [index, part] of path.entries()) {
    const isLast = index === path.length - 1;
    if (isAlias(node))
      return { message: `${describePath(path.slice(0, index))} is an alias (\`*name\`)`, hint: 'set the whole of it' };
    if (isMap(node)) {
      if (isLast) {
        setInMap(node, { key: part, value }, document);
        return undefined;
      }
      const next = node.get(part, true);
      if (next === undefined || (isScalar(next) && next.value === null)) {
        if (value === null) return undefined;
        node.set(part, document.createNode({}));
      }
      node = node.get(part, true);
    } else if (isSeq(node)) {
      const at = /^\d{1,4}$/.test(part) ? Number(part) : undefined;
      if (at === undefined || at > node.items.length || (at === node.items.length && !isLast))
        return {
          message: `${describePath(path.slice(0, index))} is a list of ${node.items.length}: \`${formatValue(part)}\` is none of its places`,
          hint: 'places count from 0; the one after the last adds to the list',
        };
      if (isLast) {
        if (value === null) node.delete(at);
        else node.set(at, document.createNode(value));
        return undefined;
      }
      node = node.items[at];
    } else
      return {
        message: `${describePath(path.slice(0, index))} is no map, so there is no \`${formatValue(part)}\` in it`,
        hint: undefined,
      };
  }
  return undefined;
}

function describePath(path: readonly string[]): string {
  return path.length === 0 ? 'the file' : `\`${formatValue(path.join('.'))}\``;
}

/** A comment behind the old value stays. */
function setInMap(map: YAMLMap, { key, value }: { key: string; value: unknown }, document: Document): void {
  if (value === null) {
    map.delete(key);
    return;
  }
  const pair = map.items.find((item) => isPair(item) && isScalar(item.key) && item.key.value === key);
  const node = document.createNode(value);
  if (pair === undefined) map.set(key, node);
  else {
    if (isScalar(pair.value)) node.comment = pair.value.comment ?? null;
    pair.value = node;
  }
}
