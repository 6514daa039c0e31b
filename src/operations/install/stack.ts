import * as z from 'zod';
import { imageModes } from '../../easyconfig/rules.ts';
import { knownKeysOf } from '../../easyconfig/schema-keys.ts';
import { mostEntries } from '../../easyconfig/totals.ts';
import type { ImageMode, Issue, Place, PlaceSource } from '../../easyconfig/types.ts';
import { placeIssues } from '../../easyconfig/validate.ts';
import { type Change, parseChangePath, type VariantRequest } from '../../easyconfig/variant-changes.ts';
import { type PlacedYaml, parsePlacedYaml } from '../../easyconfig/yaml-places.ts';

/*
 * A stack is a YAML list of easyconfigs that are installed in one go. An entry is a file name or path, or a map with what is
 * special about it.
 */

const text = z.string().min(1, 'must not be empty');

const entrySchema = z.strictObject({
  easyconfig: text,
  image: text.optional(),
  image_mode: z.enum(imageModes).optional(),
  rebuild: z.boolean().optional(),
  default: z.boolean().optional(),
  set: z.record(z.string(), z.unknown()).optional(),
  try_version: text.optional(),
});

const stackSchema = z
  .array(z.union([text, entrySchema]))
  .min(1, 'must have at least one entry')
  .max(mostEntries, `must have at most ${mostEntries} entries`);

export interface StackEntry {
  readonly easyconfig: string;
  /** As with `--image`, but relative to the stack. */
  readonly image: string | undefined;
  readonly imageMode: ImageMode | undefined;
  readonly rebuild: boolean;
  readonly isDefault: boolean;
  readonly variant: VariantRequest;
  /** Where the stack asks for it. */
  readonly place: Place;
}

export type ParsedStack =
  | { readonly entries: readonly StackEntry[]; readonly issues: readonly [] }
  | { readonly entries: undefined; readonly issues: readonly Issue[] };

/** Reads the text of the stack at `path`; all faults at once, each with its place. */
export function parseStack(path: string, stackText: string): ParsedStack {
  const { yaml, issues } = parsePlacedYaml(stackText);
  if (yaml === undefined) return { entries: undefined, issues };
  const result = stackSchema.safeParse(yaml.value);
  if (!result.success) {
    const placed = placeIssues(result.error.issues, yaml, (at) => knownKeysOf(stackSchema, at));
    return { entries: undefined, issues: placed.map(withStackHint) };
  }
  const source = { name: path, text: stackText, isFlag: false };
  const entries = result.data.map((entry, index) => normalizeEntry(entry, [index], { yaml, source }));
  const wrong = entries.flatMap((entry) => entry.issues);
  return wrong.length > 0 ? { entries: undefined, issues: wrong } : { entries, issues: [] };
}

/** Whether a YAML text is a stack rather than an easyconfig: a list. */
export function isStack(stackText: string): boolean {
  return Array.isArray(parsePlacedYaml(stackText).yaml?.value);
}

function normalizeEntry(
  written: z.infer<typeof stackSchema>[number],
  path: readonly PropertyKey[],
  { yaml, source }: { yaml: PlacedYaml; source: PlaceSource },
): StackEntry & { readonly issues: readonly Issue[] } {
  const entry = typeof written === 'string' ? { easyconfig: written } : written;
  const placeOf = (at: readonly PropertyKey[], which?: 'key'): Place => ({ ...yaml.placeOf(at, which), in: source });
  const issues: Issue[] = [];
  const changes = Object.entries(entry.set ?? {}).flatMap(([key, value]): Change[] => {
    const at = [...path, 'set', key];
    const keys = parseChangePath(key);
    if (keys !== undefined)
      return [{ path: keys, value: value ?? null, source: yaml.sourceOf(at), place: placeOf(at) }];
    issues.push({ message: 'the key has an empty part', hint: 'such as `image.file`', place: yaml.placeOf(at, 'key') });
    return [];
  });
  const { try_version: version } = entry;
  return {
    easyconfig: entry.easyconfig,
    image: entry.image,
    imageMode: entry.image_mode,
    rebuild: entry.rebuild ?? false,
    isDefault: entry.default ?? false,
    variant: {
      changes,
      version: version === undefined ? undefined : { value: version, place: placeOf([...path, 'try_version']) },
    },
    place: typeof written === 'string' ? placeOf(path) : placeOf([...path, 'easyconfig']),
    issues,
  };
}

/** The checker speaks of binds there. */
function withStackHint(issue: Issue): Issue {
  if (issue.message === 'the file must be a list, not a map')
    return { ...issue, hint: 'a stack is a list: lines of `- <easyconfig>`' };
  if (!/ (has the wrong form|must be text, not a list)$/.test(issue.message)) return issue;
  return { ...issue, hint: 'write `- my-1.0.yaml` or `- { easyconfig: my-1.0.yaml, rebuild: true }`' };
}
