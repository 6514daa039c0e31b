import { easyconfigSchema, type WrittenEasyconfig } from './schema.ts';
import { knownKeysOf } from './schema-keys.ts';
import type { Issue } from './types.ts';
import { placeIssues } from './validate.ts';
import { type PlacedYaml, parsePlacedYaml } from './yaml-places.ts';

/** The outcome of reading an easyconfig: the value, or all of its faults at once. */
export type ParsedEasyconfig =
  | { readonly easyconfig: WrittenEasyconfig; readonly yaml: PlacedYaml; readonly issues: readonly [] }
  | { readonly easyconfig: undefined; readonly issues: readonly Issue[] };

/** Reads the text of an easyconfig: YAML first, then {@link validateEasyconfig}. Never throws for a fault of the text. */
export function parseEasyconfig(text: string): ParsedEasyconfig {
  const { yaml, issues } = parsePlacedYaml(text);
  return yaml === undefined ? { easyconfig: undefined, issues } : validateEasyconfig(yaml);
}

/** Checks a YAML value against the schema and the rules; every fault has its place in the file. */
export function validateEasyconfig(yaml: PlacedYaml): ParsedEasyconfig {
  const result = easyconfigSchema.safeParse(withTextVersion(yaml));
  if (result.success) return { easyconfig: result.data, yaml, issues: [] };
  return {
    easyconfig: undefined,
    issues: placeIssues(result.error.issues, yaml, (path) => knownKeysOf(easyconfigSchema, path)),
  };
}

/** `version: 1` can mean nothing but the text `1`; `1.10` would become `1.1`, and is refused. */
function withTextVersion({ value, sourceOf }: PlacedYaml): unknown {
  if (typeof value !== 'object' || value === null || !('version' in value) || !Number.isInteger(value.version))
    return value;
  const source = sourceOf(['version']) ?? '';
  return /^(0|[1-9]\d{0,14})$/.test(source) ? { ...value, version: source } : value;
}
