import { parse as parseYaml } from 'yaml';
import { CtinstallError } from '../lib/errors.ts';
import { type OptionKey, optionKeys, optionTable, type SettingsValues } from './options.ts';

/**
 * What the `CTINSTALL_*` variables set. Lists are separated by `:` as on `PATH`, numbers are plain, and
 * `CTINSTALL_BIND_GROUPS` is a YAML map: `{ filesystems: [/scratch, /project] }`. An empty variable sets nothing.
 * @throws CtinstallError `settings-invalid`, naming the variable
 */
export function settingsOfEnvironment(environment: Readonly<Record<string, string | undefined>>): SettingsValues {
  const values: Record<string, unknown> = {};
  for (const key of optionKeys) {
    const name = optionTable[key].environment;
    const text = environment[name];
    if (text === undefined || text === '') continue;
    const result = optionTable[key].schema.safeParse(readValue(key, text));
    if (!result.success)
      throw new CtinstallError('settings-invalid', `\`${name}\` is not valid: ${result.error.issues[0]?.message ?? 'wrong form'}`, {
        hint: `${optionTable[key].help}; its value is \`${text}\``,
      });
    values[key] = result.data;
  }
  return values as SettingsValues;
}

/** Splits a list given in a variable or flag at `:`, as on `PATH`. */
export function splitPaths(text: string): string[] {
  return text.split(':').filter((part) => part !== '');
}

function readValue(key: OptionKey, text: string): unknown {
  switch (optionTable[key].merge) {
    case 'prepend':
      return splitPaths(text);
    case 'by-key':
      try {
        return parseYaml(text);
      } catch {
        return text;
      }
    case 'replace':
      return key === 'squashfs_processors' && /^\d+$/.test(text) ? Number(text) : text;
  }
}
