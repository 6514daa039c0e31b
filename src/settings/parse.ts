import { knownKeysOf } from '../easyconfig/schema-keys.ts';
import type { Issue } from '../easyconfig/types.ts';
import { placeIssues } from '../easyconfig/validate.ts';
import { parsePlacedYaml } from '../easyconfig/yaml-places.ts';
import { type SettingsValues, settingsSchema } from './options.ts';

/** Reads the text of a settings file; all faults at once, each with its place. An empty file sets nothing. */
export function parseSettings(text: string): { values: SettingsValues; issues: readonly Issue[] } {
  const { yaml, issues } = parsePlacedYaml(text);
  if (yaml === undefined) return { values: {}, issues };
  if (yaml.value === null || yaml.value === undefined) return { values: {}, issues: [] };
  const result = settingsSchema.safeParse(yaml.value);
  if (result.success) return { values: result.data as SettingsValues, issues: [] };
  return { values: {}, issues: placeIssues(result.error.issues, yaml, (path) => knownKeysOf(settingsSchema, path)) };
}
