import { describeIssues } from '../easyconfig/describe-issue.ts';
import { knownKeysOf } from '../easyconfig/schema-keys.ts';
import { placeIssues } from '../easyconfig/validate.ts';
import { parsePlacedYaml } from '../easyconfig/yaml-places.ts';
import { CtinstallError } from '../lib/errors.ts';
import { formatValue } from '../lib/format.ts';
import { optionSchemas } from './option-schemas.ts';
import { type OptionKey, optionKeys, optionTable, type SettingsValues } from './options.ts';
import { throwTogether } from './together.ts';

/**
 * What the `CTINSTALL_*` variables set. Lists are separated by `:` as on `PATH`, numbers are plain, and
 * `CTINSTALL_BIND_GROUPS` is a YAML map: `{ filesystems: [/scratch, /project] }`. An empty variable sets nothing.
 * @throws CtinstallError `settings-invalid`, naming each variable that has a fault
 */
export function settingsOfEnvironment(environment: Readonly<Record<string, string | undefined>>): SettingsValues {
  const values: Record<string, unknown> = {};
  const faults: CtinstallError[] = [];
  for (const key of optionKeys) {
    const name = optionTable[key].environment;
    const text = environment[name];
    if (text === undefined || text === '') continue;
    const value = optionTable[key].merge === 'by-key' ? readMap(key, name, text) : readPlain(key, name, text);
    if (value instanceof CtinstallError) faults.push(value);
    else values[key] = value;
  }
  throwTogether(faults);
  return values as SettingsValues;
}

/** Splits a list given in a variable or flag at `:`, as on `PATH`. */
export function splitPaths(text: string): string[] {
  return text.split(':').filter((part) => part !== '');
}

/** Text, a number, a switch or a list; or what is wrong with it. */
function readPlain(key: OptionKey, name: string, text: string): unknown {
  const value = optionSchemas[key].def.type === 'array' ? splitPaths(text) : readWord(key, text);
  const result = optionSchemas[key].safeParse(value);
  if (result.success) return result.data;
  const [issue] = result.error.issues;
  return new CtinstallError('settings-invalid', `\`${name}\` ${issue?.message ?? 'has the wrong form'}`, {
    hint: `${optionTable[key].help}; its value is \`${formatValue(text)}\``,
  });
}

/** Numbers, and 1/0 or true/false for a switch. */
function readWord(key: OptionKey, text: string): unknown {
  const { type } = optionSchemas[key].def;
  if (type === 'number' && /^\d+$/.test(text)) return Number(text);
  if (type === 'boolean' && /^(1|0|true|false)$/.test(text)) return text === '1' || text === 'true';
  return text;
}

/** A map, written as YAML; its faults are shown as those of a file are. */
function readMap(key: OptionKey, name: string, text: string): unknown {
  const { help } = optionTable[key];
  const schema = optionSchemas[key];
  const { yaml, issues } = parsePlacedYaml(text);
  const result = yaml === undefined ? undefined : schema.safeParse(yaml.value);
  if (result?.success) return result.data;
  const faults =
    yaml === undefined || result === undefined
      ? issues
      : placeIssues(result.error.issues, yaml, (path) => knownKeysOf(schema, path));
  return new CtinstallError(
    'settings-invalid',
    `\`${name}\` has ${faults.length === 1 ? 'a fault' : `${faults.length} faults`}`,
    {
      details: describeIssues(name, text, faults),
      hint: `${help}; its value is a map in YAML such as \`{ filesystems: [/scratch, /project] }\``,
    },
  );
}
