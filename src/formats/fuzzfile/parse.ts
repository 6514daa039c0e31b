import { knownKeysOf } from '../../easyconfig/schema-keys.ts';
import { placeIssues } from '../../easyconfig/validate.ts';
import { parsePlacedYaml } from '../../easyconfig/yaml-places.ts';
import { withKebabKeys } from './kebab-keys.ts';
import { normalizeFuzzfile } from './normalize.ts';
import { findNotes } from './notes.ts';
import { checkRules } from './rules.ts';
import { fuzzfileSchema } from './schema.ts';
import type { ParsedFuzzfile } from './types.ts';

/** Reads the text of a Fuzzfile, one that is no template. Never throws for a fault of the text. */
export function parseFuzzfile(text: string): ParsedFuzzfile {
  const { yaml: written, issues } = parsePlacedYaml(text);
  if (written === undefined) return { workflow: undefined, notes: [], issues };
  const yaml = withKebabKeys(written);
  const result = fuzzfileSchema.safeParse(yaml.value);
  const ofForm = result.success
    ? []
    : placeIssues(result.error.issues, yaml, (path) => knownKeysOf(fuzzfileSchema, path));
  const found = [...ofForm, ...checkRules(yaml)].toSorted(
    (a, b) => a.place.line - b.place.line || a.place.column - b.place.column,
  );
  if (!result.success || found.length > 0) return { workflow: undefined, notes: [], issues: found };
  return { workflow: normalizeFuzzfile(result.data), notes: findNotes(result.data, yaml), issues: [] };
}
