import { hostPath } from '../lib/paths.ts';
import { homeOf } from './home.ts';
import { type OptionKey, optionKeys, optionOf, type SettingsValues } from './options.ts';
import type { SettingsLayer } from './types.ts';

type Environment = Readonly<Record<string, string | undefined>>;

/** A path that names a variable which is not set, or empty: it is as if it were not there. */
export interface Dropped {
  readonly key: OptionKey;
  readonly text: string;
  readonly variable: string;
}

/**
 * Makes the paths among a layer's values absolute: `~` and `$NAME` from `environment` unless a shell has done that,
 * relative ones from the place that the layer names. What names a variable that is not set falls away.
 */
export function expandPaths(
  values: SettingsValues,
  { base, isExpanded = false }: Pick<SettingsLayer, 'base' | 'isExpanded'>,
  environment: Environment,
): { values: SettingsValues; dropped: readonly Dropped[] } {
  const dropped: Dropped[] = [];
  const expandText = (key: OptionKey, text: string): string | undefined => {
    const variable = isExpanded ? undefined : unsetVariableIn(text, environment);
    if (variable !== undefined) {
      dropped.push({ key, text, variable });
      return undefined;
    }
    const plain = isExpanded ? text : replaceVariables(text, environment);
    return optionOf(key).paths === 'always' || plain.includes('/') ? hostPath(plain, base) : plain;
  };
  const expandValue = (key: OptionKey, value: unknown): unknown => {
    if (typeof value === 'string') return expandText(key, value);
    if (Array.isArray(value)) return value.flatMap((text: string) => expandText(key, text) ?? []);
    if (typeof value !== 'object' || value === null) return value;
    return withoutUndefined(
      Object.entries(value).map(([name, text]) => [name, expandText(key, String(text))] as const),
    );
  };
  const expanded = optionKeys.map((key) => {
    const value = values[key];
    return [key, value === undefined || optionOf(key).paths === undefined ? value : expandValue(key, value)] as const;
  });
  return { values: withoutUndefined(expanded) as SettingsValues, dropped };
}

const variablePattern = /^~(?=\/|$)|\$(?:\{([A-Za-z_]\w*)\}|([A-Za-z_]\w*))/g;

function replaceVariables(text: string, environment: Environment): string {
  return text.replace(variablePattern, (whole, braced?: string, bare?: string) =>
    whole === '~' ? (homeOf(environment) ?? '/') : (environment[braced ?? bare ?? ''] ?? whole),
  );
}

function unsetVariableIn(text: string, environment: Environment): string | undefined {
  const names = Array.from(text.matchAll(variablePattern), ([, braced, bare]) => braced ?? bare ?? 'HOME');
  return names.find((name) => (name === 'HOME' ? homeOf(environment) === undefined : (environment[name] ?? '') === ''));
}

function withoutUndefined(entries: readonly (readonly [string, unknown])[]): Record<string, unknown> {
  return Object.fromEntries(entries.filter(([, value]) => value !== undefined));
}
