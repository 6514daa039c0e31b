import { readPlainYaml } from '../easyconfig/plain-yaml.ts';
import { knownKeysOf } from '../easyconfig/schema-keys.ts';
import type { Issue } from '../easyconfig/types.ts';
import { placeIssues } from '../easyconfig/validate.ts';
import { parsePlacedYaml } from '../easyconfig/yaml-places.ts';
import { type DetectCondition, detectSchema, fileSchemas, type SettingsFileKind } from './file-schemas.ts';
import type { SettingsValues } from './options.ts';
import { presetName } from './value-schemas.ts';

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

/** JSON: the texts of the presets that ship with the tool, and what each says. In the quick programs build.js puts it here. */
declare const shippedPresets: string | undefined;
const shipped = new Map<string, ParsedSettings>(
  Object.entries(typeof shippedPresets === 'string' ? JSON.parse(shippedPresets) : {}),
);

const nothing: ParsedSettings = { values: {}, force: {}, extends: undefined, detect: [], issues: [] };

/**
 * Reads the text of a settings file; all faults at once, each with its place. An empty file sets nothing, one with faults no
 * more than which presets go with it.
 */
export function parseSettings(text: string, kind: SettingsFileKind = 'user'): ParsedSettings {
  const known = kind === 'preset' ? shipped.get(text) : undefined;
  if (known !== undefined) return known;
  if (text === '') return nothing;
  const schema = fileSchemas[kind];
  const quick = schema.safeParse(readPlainYaml(text));
  if (quick.success) return describe(quick.data as Written);
  const { yaml, issues } = parsePlacedYaml(text);
  if (yaml === undefined) return { ...nothing, issues };
  if (yaml.value === null || yaml.value === undefined) return nothing;
  const result = schema.safeParse(yaml.value);
  if (!result.success)
    return {
      ...nothing,
      ...presetsOf(yaml.value),
      issues: placeIssues(result.error.issues, yaml, (path) => knownKeysOf(schema, path)),
    };
  return describe(result.data as Written);
}

/**
 * How the machine of a preset is known, in a fraction of the time that the whole preset takes: all presets are looked at on
 * each start. Undefined where the text must be read with care to say.
 */
export function parseDetect(text: string): readonly DetectCondition[] | undefined {
  const known = shipped.get(text);
  if (known !== undefined) return known.detect;
  if (!text.includes('detect')) return [];
  if (otherLine.test(text)) return undefined;
  const block = detectBlock.exec(text)?.[0];
  if (block === undefined) return [];
  const plain = readPlainYaml(block);
  const written = typeof plain === 'object' && plain !== null && 'detect' in plain ? plain.detect : undefined;
  return detectSchema.safeParse(written).data;
}

/** A line at the left edge that neither begins a key nor is an item of a list, a comment or empty. */
const otherLine = /^(?![ #\n]|- |[a-z_]+:|$)/m;
/** The key with what is indented below it, or its list. */
const detectBlock = /^detect:.*\n(?:(?:[ #].*|- .*)?\n)*/m;

/** So that the faults of a preset can be told together with those of the file that names it. */
function presetsOf(written: unknown): Pick<ParsedSettings, 'values' | 'extends'> {
  const named = (key: string): string | undefined =>
    presetName.safeParse(typeof written === 'object' ? Object(written)[key] : undefined).data;
  const site = named('site');
  return { values: site === undefined ? {} : { site }, extends: named('extends') };
}

function describe({ force = {}, extends: base, detect = [], ...values }: Written): ParsedSettings {
  return { values, force, extends: base, detect, issues: [] };
}

type Written = SettingsValues & Partial<Pick<ParsedSettings, 'force' | 'extends' | 'detect'>>;
