import type { SettingsValues } from '../../settings/options.ts';
import { optionKeys, optionTable } from '../../settings/options.ts';
import { valuesOf } from '../../settings/values-of.ts';
import { type CommandContext, readSettingsOf } from '../context.ts';

/** Prints each setting that holds here with where it came from. */
export async function settings(flags: SettingsValues, context: CommandContext): Promise<void> {
  const folded = await readSettingsOf(context, flags);
  const values = valuesOf(folded);
  if (context.isJson) {
    const rows = optionKeys.map((key) => [key, { value: values[key] ?? null, origins: folded.origins[key] }]);
    return context.print(JSON.stringify(Object.fromEntries(rows), undefined, 2));
  }
  for (const key of optionKeys) {
    context.print(`# ${optionTable[key].help} [${folded.origins[key].join(', ')}]`);
    context.print(`${key}: ${JSON.stringify(values[key] ?? null)}`);
  }
}
