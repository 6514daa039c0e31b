import { knownKeysOf } from '../easyconfig/schema-keys.ts';
import type { Issue } from '../easyconfig/types.ts';
import { placeIssues } from '../easyconfig/validate.ts';
import { parsePlacedYaml } from '../easyconfig/yaml-places.ts';
import { type DetectCondition, fileSchemas, type SettingsFileKind } from './file-schemas.ts';
import type { SettingsValues } from './options.ts';

/** What a settings file sets. */
export interface ParsedSettings {
  readonly values: SettingsValues;
  /** What holds whatever a stronger layer says: of a site's files only. */
  readonly force: SettingsValues;
  /** The preset whose values hold where this one has none. */
  readonly extends: string | undefined;
  /** How the machine of a preset is known: by any of these. */
  readonly detect: readonly DetectCondition[];
  readonly issues: readonly Issue[];
}

const nothing: ParsedSettings = { values: {}, force: {}, extends: undefined, detect: [], issues: [] };

/** Reads the text of a settings file; all faults at once, each with its place. An empty file sets nothing. */
export function parseSettings(text: string, kind: SettingsFileKind = 'user'): ParsedSettings {
  const schema = fileSchemas[kind];
  const { yaml, issues } = parsePlacedYaml(text);
  if (yaml === undefined) return { ...nothing, issues };
  if (yaml.value === null || yaml.value === undefined) return nothing;
  const result = schema.safeParse(yaml.value);
  if (!result.success)
    return { ...nothing, issues: placeIssues(result.error.issues, yaml, (path) => knownKeysOf(schema, path)) };
  const { force = {}, extends: base, detect = [], ...values } = result.data as Written;
  return { values, force, extends: base, detect, issues: [] };
}

type Written = SettingsValues & Partial<Pick<ParsedSettings, 'force' | 'extends' | 'detect'>>;
