import { type OptionKey, optionKeys, optionTable, type SettingsValues } from './options.ts';
import type { Overruled, SettingsLayer } from './types.ts';

/*
 * A site's file may force values: they hold whatever a stronger layer says. A forced list is the whole list; of a map, the
 * forced parts hold and others may be added.
 */

/** A layer that has a say in one value. */
export interface StackedLayer extends Pick<SettingsLayer, 'origin' | 'by' | 'values'> {
  readonly isForcing?: true;
}

/** The layers that have a say in `key`, weakest first, what is forced on top. Paths are absolute already. */
export function stackLayers(key: OptionKey, layers: readonly SettingsLayer[]): StackedLayer[] {
  const forcing = layers.filter(({ force }) => force?.[key] !== undefined).map(asForced);
  const setting = layers.filter(({ values }) => values[key] !== undefined);
  if (optionTable[key].merge === 'by-key') return [...setting, ...forcing];
  return forcing.length > 0 ? forcing.slice(-1) : setting;
}

function asForced({ origin, by, force = {} }: SettingsLayer): StackedLayer {
  const name = (key: OptionKey): string => (typeof origin === 'string' ? origin : origin(key));
  return { origin: (key) => `${name(key)} (forced)`, values: force, isForcing: true, ...(by && { by }) };
}

/** Whether a forced value holds, or is among those that do. */
export function isForced(stack: readonly StackedLayer[]): boolean {
  return stack.some(({ isForcing }) => isForcing === true);
}

/** What users set otherwise than their site forces it. */
export function findOverruled(layers: readonly SettingsLayer[]): Overruled[] {
  return optionKeys.flatMap((key) => {
    const isMap = optionTable[key].merge === 'by-key';
    return partsOf(key, layers).flatMap((part): Overruled[] => {
      const get = (values: SettingsValues | undefined): unknown =>
        isMap ? (values?.[key] as Readonly<Record<string, unknown>> | undefined)?.[part] : values?.[key];
      const at = layers.findLastIndex(({ force }) => get(force) !== undefined);
      const forcing = layers[at];
      if (forcing === undefined) return [];
      const forcedValue = get(forcing.force);
      const isOther = (value: unknown): boolean =>
        value !== undefined && JSON.stringify(value) !== JSON.stringify(forcedValue);
      return layers
        .filter(({ by = 'site', values }) => by !== 'site' && isOther(get(values)))
        .map(({ origin, by }) => ({
          key: isMap ? `${key}.${part}` : key,
          origin: typeof origin === 'string' ? origin : origin(key),
          isFlag: by === 'flag',
          forcedBy: typeof forcing.origin === 'string' ? forcing.origin : forcing.origin(key),
          forcedValue,
        }));
    });
  });
}

/** The parts of a map that are forced, or the key itself where it is no map. */
function partsOf(key: OptionKey, layers: readonly SettingsLayer[]): string[] {
  if (optionTable[key].merge !== 'by-key') return [key];
  return [...new Set(layers.flatMap(({ force }) => Object.keys(force?.[key] ?? {})))];
}
