import { asPrefix, type HostPath, hostPath } from '../lib/paths.ts';
import { type OptionKey, optionKeys, optionTable, type SettingsValues } from './options.ts';
import type { Settings, SettingsLayer, SiteBind } from './types.ts';

/**
 * Folds the layers, weakest first, into the settings that hold. Paths are made absolute: `~` and `$HOME`-like variables
 * from `environment` unless a shell has done that, relative ones from the place that the layer names.
 */
export function foldSettings(
  layers: readonly SettingsLayer[],
  environment: Readonly<Record<string, string | undefined>>,
): Settings {
  const home = environment.HOME ?? '/';
  const origins = Object.fromEntries(optionKeys.map((key) => [key, originsOf(key, layers)])) as Record<
    OptionKey,
    string[]
  >;
  const absolute = (path: string, layer: SettingsLayer): HostPath =>
    hostPath(layer.isExpanded === true ? path : expand(path, home, environment), layer.base);

  const strongest = <Key extends OptionKey>(
    key: Key,
  ): { value: NonNullable<SettingsValues[Key]>; layer: SettingsLayer } | undefined => {
    const layer = layers.findLast(({ values }) => values[key] !== undefined);
    const value = layer?.values[key];
    return layer === undefined || value === undefined || value === null ? undefined : { value, layer };
  };
  const pathList = (key: 'easyconfigs' | 'image_dirs'): HostPath[] => [
    ...new Set(layers.toReversed().flatMap((layer) => (layer.values[key] ?? []).map((path) => absolute(path, layer)))),
  ];
  const prefix = strongest('prefix');
  const runtime = strongest('runtime');
  const bindGroups: Record<string, readonly SiteBind[]> = {};
  for (const { values } of layers)
    for (const [group, binds] of Object.entries(values.bind_groups ?? {}))
      bindGroups[group] = binds.map(normalizeSiteBind);

  return {
    site: strongest('site')?.value ?? 'generic',
    prefix: asPrefix(prefix === undefined ? hostPath('ctinstall', home) : absolute(prefix.value, prefix.layer)),
    easyconfigs: pathList('easyconfigs'),
    imageDirs: pathList('image_dirs'),
    runtime:
      runtime === undefined
        ? undefined
        : runtime.value.includes('/')
          ? absolute(runtime.value, runtime.layer)
          : runtime.value,
    enforceChecksums: strongest('enforce_checksums')?.value ?? false,
    requiresSignature: strongest('verify')?.value === 'signed',
    imageMode: strongest('image_mode')?.value ?? 'copy',
    squashfsProcessors: strongest('squashfs_processors')?.value ?? 0,
    bindGroups,
    origins,
  };
}

function originsOf(key: OptionKey, layers: readonly SettingsLayer[]): string[] {
  const setting = layers.toReversed().filter(({ values }) => values[key] !== undefined);
  const counted = optionTable[key].merge === 'replace' ? setting.slice(0, 1) : setting;
  const names = counted.map(({ origin }) => (typeof origin === 'string' ? origin : origin(key)));
  return names.length === 0 ? ['default'] : names;
}

/** A site's bind is optional unless it says otherwise: login and compute nodes differ. */
function normalizeSiteBind(bind: NonNullable<SettingsValues['bind_groups']>[string][number]): SiteBind {
  if (typeof bind === 'string') return { host: bind, container: bind, access: 'rw', optional: true };
  return {
    host: bind.host,
    container: bind.container ?? bind.host,
    access: bind.access ?? 'rw',
    optional: bind.optional ?? true,
  };
}

function expand(path: string, home: string, environment: Readonly<Record<string, string | undefined>>): string {
  return path.replace(/^~(?=\/|$)|\$(?:\{(\w+)\}|(\w+))/g, (whole, braced?: string, bare?: string) =>
    whole === '~' ? home : (environment[braced ?? bare ?? ''] ?? whole),
  );
}
