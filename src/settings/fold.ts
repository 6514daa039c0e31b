import { asPrefix, type HostPath, hostPath, type Prefix } from '../lib/paths.ts';
import { expandPaths } from './expand.ts';
import { findOverruled, isForced, type StackedLayer, stackLayers } from './force.ts';
import { homeOf } from './home.ts';
import { type OptionKey, optionKeys, optionTable, type SettingsValues } from './options.ts';
import type { Settings, SettingsLayer, SiteBind } from './types.ts';

/** Below the home directory. `~/ctinstall`, where it was, is what a clone of ctinstall is called. */
export const defaultPrefix = '.local/ctinstall';

/** The preset of a machine that no other one knows. */
export const fallbackSite = 'generic';

/**
 * Folds the layers, weakest first, into the settings that hold. Paths are made absolute; one that names a variable which
 * is not set in `environment` has no effect.
 */
export function foldSettings(
  layers: readonly SettingsLayer[],
  environment: Readonly<Record<string, string | undefined>>,
): Settings {
  const expanded = layers.map((layer) => {
    const { values, dropped } = expandPaths(layer.values, layer, environment);
    const force = layer.force && expandPaths(layer.force, layer, environment).values;
    return { ...layer, values, dropped, ...(force && { force }) };
  });
  const stacks = Object.fromEntries(optionKeys.map((key) => [key, stackLayers(key, expanded)])) as Record<
    OptionKey,
    StackedLayer[]
  >;
  const single = <Key extends OptionKey>(key: Key): SettingsValues[Key] => stacks[key].at(-1)?.values[key];
  const list = (key: 'easyconfigs' | 'image_dirs' | 'more_prefixes'): HostPath[] => [
    ...new Set(stacks[key].toReversed().flatMap(({ values }) => (values[key] ?? []) as HostPath[])),
  ];
  const map = <
    Key extends 'bind_groups' | 'module_env' | 'env_sets' | 'container_env' | 'hooks' | 'slurm' | 'node_types',
  >(
    key: Key,
  ): NonNullable<SettingsValues[Key]> => Object.assign({}, ...stacks[key].map(({ values }) => values[key]));

  const prefix = asPrefix((single('prefix') ?? hostPath(defaultPrefix, homeOf(environment))) as HostPath);
  const hooks = map('hooks');
  const slurm = map('slurm');
  const containerEnv = map('container_env');
  const umask = single('umask');
  return {
    site: single('site') ?? fallbackSite,
    prefix,
    isPrefixChosen: isForced(stacks.prefix) || (stacks.prefix.at(-1)?.by ?? 'site') !== 'site',
    oldDefaultPrefix: undefined,
    morePrefixes: list('more_prefixes').filter((other) => other !== prefix) as Prefix[],
    easyconfigs: list('easyconfigs'),
    imageDirs: list('image_dirs'),
    runtime: single('runtime'),
    runtimeModule: single('runtime_module'),
    enforceChecksums: single('enforce_checksums') ?? false,
    requiresSignature: single('verify') === 'signed',
    imageMode: single('image_mode') ?? 'copy',
    squashfsProcessors: single('squashfs_processors') ?? 0,
    gpu: single('gpu') ?? 'auto',
    hasNvccli: single('nvccli') ?? false,
    squashfsExcludes: single('squashfs_excludes') ?? [],
    slurm: { partition: slurm.partition, account: slurm.account, time: slurm.time, options: slurm.options ?? [] },
    nodeTypes: map('node_types'),
    bindGroups: mapValues(map('bind_groups'), (binds) => binds.map(normalizeSiteBind)),
    modulesTool: single('modules_tool') ?? 'lmod',
    mpi: single('mpi'),
    mpiLibrary: single('mpi_library') as HostPath | undefined,
    hostMpi: single('host_mpi'),
    moduleEnv: map('module_env'),
    forcedModuleEnv: forcedPartsOf('module_env', stacks.module_env),
    envSets: map('env_sets'),
    containerEnv: { pass: containerEnv.pass ?? [], drop: containerEnv.drop ?? [] },
    moduleConflicts: [
      ...new Set(stacks.module_conflicts.toReversed().flatMap(({ values }) => values.module_conflicts ?? [])),
    ],
    namingScheme: single('naming_scheme') ?? 'name/version',
    modulefileHeader: single('modulefile_header'),
    modulefileFooter: single('modulefile_footer'),
    hooks: {
      preInstall: hooks.pre_install as HostPath | undefined,
      postInstall: hooks.post_install as HostPath | undefined,
      preModule: hooks.pre_module as HostPath | undefined,
    },
    group: single('group')?.toString(),
    umask: umask === undefined ? undefined : Number.parseInt(umask, 8),
    sharedWith: undefined,
    hasReadOnlyInstalls: single('read_only_installs') ?? false,
    origins: Object.fromEntries(optionKeys.map((key) => [key, originsOf(key, stacks[key])])) as Record<
      OptionKey,
      string[]
    >,
    overruled: findOverruled(expanded),
    unset: expanded.flatMap(({ dropped, origin, by }) =>
      dropped
        .filter(({ key }) => by === 'user' && optionTable[key].merge === 'replace')
        .map((what) => ({ ...what, origin: nameOrigin(origin, what.key) })),
    ),
  };
}

/** The parts of a map that are forced, each with where. */
function forcedPartsOf(key: 'module_env', stack: readonly StackedLayer[]): Record<string, string> {
  const forcing = stack.filter(({ isForcing }) => isForcing === true);
  return Object.assign(
    {},
    ...forcing.map(({ values, origin }) => mapValues(values[key] ?? {}, () => nameOrigin(origin, key))),
  );
}

function originsOf(key: OptionKey, stack: readonly StackedLayer[]): string[] {
  const strongestFirst = stack.toReversed();
  const counted = optionTable[key].merge === 'replace' ? strongestFirst.slice(0, 1) : strongestFirst;
  const names = counted.map(({ origin }) => nameOrigin(origin, key));
  return names.length === 0 ? ['default'] : names;
}

function nameOrigin(origin: SettingsLayer['origin'], key: OptionKey): string {
  return typeof origin === 'string' ? origin : origin(key);
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

function mapValues<From, To>(values: Readonly<Record<string, From>>, make: (value: From) => To): Record<string, To> {
  return Object.fromEntries(Object.entries(values).map(([name, value]) => [name, make(value)]));
}
