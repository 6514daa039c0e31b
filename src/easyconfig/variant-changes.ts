import { formatLine } from '../lib/format.ts';
import type { Issue, Place } from './types.ts';
import { parsePlacedYaml } from './yaml-places.ts';

/** One change of an easyconfig that is asked for without editing the file. */
export interface Change {
  /** Keys from the top: `image`, `sha256`. */
  readonly path: readonly string[];
  /** Null takes the key away. */
  readonly value: unknown;
  /** The value as it was written: `1.10` where YAML reads the number 1.1. */
  readonly source?: string | undefined;
  /** Where it is asked for. */
  readonly place: Place;
}

/** What makes a variant of an easyconfig. */
export interface VariantRequest {
  readonly changes: readonly Change[];
  /** Another version of the software (`--try-version`). */
  readonly version: { readonly value: string; readonly place: Place } | undefined;
}

export const noVariant: VariantRequest = { changes: [], version: undefined };

export function isVariant({ changes, version }: VariantRequest): boolean {
  return changes.length > 0 || version !== undefined;
}

/** Adds changes: what comes later counts. */
export function addToVariant(before: VariantRequest, after: VariantRequest): VariantRequest {
  return { changes: [...before.changes, ...after.changes], version: after.version ?? before.version };
}

/** Reads `--set key=value`: dots part the keys, the value is YAML, and an empty one takes the key away. */
export function parseSetFlag(text: string): { change: Change; issues: [] } | { change: undefined; issues: Issue[] } {
  const equals = text.indexOf('=');
  const key = equals === -1 ? text : text.slice(0, equals);
  const source = { name: `--set ${formatLine(key)}`, text, isFlag: true };
  const placeAt = (column: number, length: number): Place => ({
    line: 1,
    column,
    length: Math.max(1, length),
    in: source,
  });
  const fault = (message: string, hint: string, place: Place): { change: undefined; issues: Issue[] } => ({
    change: undefined,
    issues: [{ message, hint, place }],
  });
  if (equals === -1) return fault('there is no `=`', 'such as `--set image.file=my.sif`', placeAt(1, text.length));
  const path = parseChangePath(key);
  if (path === undefined)
    return fault('the key has an empty part', 'such as `--set image.file=my.sif`', placeAt(1, key.length));
  const { yaml, issues } = parsePlacedYaml(text.slice(equals + 1));
  if (yaml === undefined)
    return {
      change: undefined,
      issues: issues.map(({ message, hint, place }) => {
        const column = place.line === 1 ? place.column + equals + 1 : place.column;
        return { message, hint, place: { ...place, column, in: source } };
      }),
    };
  const length = (text.split('\n')[0] ?? '').length - equals - 1;
  const place = placeAt(equals + 2, length);
  return { change: { path, value: yaml.value ?? null, source: yaml.sourceOf([]), place }, issues: [] };
}

/** `image.sha256` as its keys; undefined where one is empty. */
export function parseChangePath(key: string): string[] | undefined {
  const path = key.split('.');
  return path.includes('') ? undefined : path;
}

/** The request of `--try-version`, or what is wrong with it. */
export function tryVersionFlag(value: string): NonNullable<VariantRequest['version']> {
  const source = { name: '--try-version', text: value, isFlag: true };
  return { value, place: { line: 1, column: 1, length: Math.max(1, value.length), in: source } };
}
