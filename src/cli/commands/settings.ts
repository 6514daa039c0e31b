import { readSettingsOf } from '../../operations/context.ts';
import { fallbackSite } from '../../settings/fold.ts';
import { type OptionKey, optionKeys, optionTable, type SettingsValues } from '../../settings/options.ts';
import { findPrefixFault } from '../../settings/read-home.ts';
import { renderYaml } from '../../settings/render-yaml.ts';
import type { SiteBind } from '../../settings/types.ts';
import { valuesOf } from '../../settings/values-of.ts';
import type { CommandContext } from '../command-context.ts';
import { printDocument } from '../json/print.ts';

/** Prints each setting that holds here with where it came from; or those only that are not the default. */
export async function settings(
  { changed: isChanged = false }: { changed?: boolean },
  flags: SettingsValues,
  context: CommandContext,
): Promise<void> {
  const folded = await readSettingsOf(context, flags, { needsPrefix: false });
  const hasPrefix = (await findPrefixFault(folded, context.environment)) === undefined;
  const values = { ...valuesOf(folded), ...(hasPrefix ? {} : { prefix: undefined }) };
  const plain = ['default', `site preset ${fallbackSite}`];
  const keys = optionKeys.filter((key) => !isChanged || folded.origins[key].some((origin) => !plain.includes(origin)));
  if (context.isJson) {
    const rows = keys.map((key) => [key, { value: values[key] ?? null, origins: folded.origins[key] }]);
    return printDocument(isChanged ? 'settings --changed' : 'settings', Object.fromEntries(rows), context);
  }
  for (const key of keys) {
    context.print(`# ${optionTable[key].help} [${folded.origins[key].join(', ')}]`);
    for (const line of describeValue(key, values[key])) context.print(line);
  }
}

/** As it could stand in a settings file; a map takes a line for each of its parts. */
function describeValue(key: OptionKey, value: unknown): string[] {
  if (optionTable[key].merge !== 'by-key') return [`${key}: ${JSON.stringify(value ?? null)}`];
  const parts = Object.entries(value ?? {}).filter(([, part]) => part !== undefined);
  if (parts.length === 0) return [`${key}: {}`];
  return [
    `${key}:`,
    ...parts.map(([name, part]) => `  ${name}: ${renderYaml(Array.isArray(part) ? part.map(shortBind) : part)}`),
  ];
}

/** Without what goes without saying of a bind of a group; other lists hold text. */
function shortBind(part: SiteBind | string): unknown {
  if (typeof part === 'string') return part;
  const { host, container, access, optional } = part;
  const more = {
    ...(container !== host && { container }),
    ...(access !== 'rw' && { access }),
    ...(!optional && { optional }),
  };
  return Object.keys(more).length === 0 ? host : { host, ...more };
}
