import { readSettingsOf } from '../../operations/context.ts';
import { nameSetting } from '../../settings/named-setting.ts';
import type { SettingsValues } from '../../settings/options.ts';
import { renderYaml } from '../../settings/render-yaml.ts';
import { valuesOf } from '../../settings/values-of.ts';
import type { CommandContext } from '../command-context.ts';
import { printDocument } from '../json/print.ts';

/** Prints the value of one setting, for scripts: text as it is, lists and maps as YAML of one line, nothing where it has none. */
export async function getSetting(name: string, flags: SettingsValues, context: CommandContext): Promise<void> {
  const { option, path } = nameSetting(name);
  const settings = await readSettingsOf(context, flags, { needsPrefix: false });
  let value: unknown = valuesOf(settings)[option];
  for (const part of path.slice(path[0] === 'force' ? 2 : 1))
    value = typeof value === 'object' && value !== null ? (value as Record<string, unknown>)[part] : undefined;
  if (context.isJson)
    printDocument('settings get', { key: name, value: value ?? null, origins: settings.origins[option] }, context);
  else if (value !== undefined) context.print(typeof value === 'string' ? value : renderYaml(value));
}
