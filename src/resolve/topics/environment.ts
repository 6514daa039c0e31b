import { describeBadPathElement, describeBadVariableValue } from '../../easyconfig/rules.ts';
import type { PathChanges } from '../../easyconfig/types.ts';
import { didYouMean } from '../../lib/near.ts';
import type { Settings } from '../../settings/types.ts';
import { filledIssue } from '../filled-issue.ts';
import type { ResolvedInstall, ResolveIssue, VariableOrigin } from '../types.ts';
import type { Resolver } from './resolver.ts';

/** The variables of the module, and those of the container. */
export const resolveEnvironment: Resolver<'env'> = ({ easyconfig, settings, fill }) => {
  const { module, container, modulePaths, containerPaths } = easyconfig.env;
  const env = {
    ...resolveModuleEnv(fillValues(module, fill), fillPaths(modulePaths, fill), settings),
    container: fillValues(container, fill),
    containerPaths: fillPaths(containerPaths, fill),
  };
  const sets = resolveSets(easyconfig.envSets, settings.envSets);
  const issues = [
    ...sets.issues,
    ...issuesOf('module', env.module, env.modulePaths),
    ...issuesOf('container', env.container, env.containerPaths),
  ];
  return { part: { env: withSets(env, sets.variables) }, issues };
};

interface FromSet {
  readonly set: string;
  readonly value: string;
}

/** Where two sets have one variable, the first counts. */
function resolveSets(
  wanted: readonly string[],
  known: Settings['envSets'],
): { variables: ReadonlyMap<string, FromSet>; issues: ResolveIssue[] } {
  const variables = new Map<string, FromSet>();
  const issues: ResolveIssue[] = [];
  for (const [index, set] of wanted.entries()) {
    const found = Object.hasOwn(known, set) ? known[set] : undefined;
    if (found === undefined) issues.push(unknownSet(set, Object.keys(known), ['env_sets', index]));
    for (const [name, value] of Object.entries(found ?? {}))
      if (!variables.has(name)) variables.set(name, { set, value });
  }
  return { variables, issues };
}

function unknownSet(set: string, known: readonly string[], path: ResolveIssue['path']): ResolveIssue {
  return {
    path,
    message: `no set of variables \`${set}\` in the settings`,
    hint:
      didYouMean(set, known) ??
      `define it: \`ctinstall settings set env_sets.${set} '{ NAME: value }'\`, or \`{}\` if this machine needs none`,
  };
}

/** What the easyconfig or the settings say of a variable by itself counts more. */
function withSets(
  env: Omit<ResolvedInstall['env'], 'defaults'>,
  variables: ReadonlyMap<string, FromSet>,
): ResolvedInstall['env'] {
  const own = [...variables].filter(
    ([name]) => !Object.hasOwn(env.module, name) && !Object.hasOwn(env.modulePaths, name),
  );
  return {
    ...env,
    module: { ...env.module, ...Object.fromEntries(own.map(([name, { value }]) => [name, value])) },
    defaults: own.map(([name]) => name),
    origins: {
      ...env.origins,
      ...Object.fromEntries(own.map(([name, { set }]) => [name, { origin: `env_sets: ${set}` }])),
    },
  };
}

function issuesOf(
  where: 'module' | 'container',
  values: Readonly<Record<string, string>>,
  paths: PathChanges,
): ResolveIssue[] {
  return [
    ...Object.entries(values).flatMap(([name, value]) =>
      filledIssue(['env', where, name], value, describeBadVariableValue),
    ),
    ...Object.entries(paths).flatMap(([name, { prepend, append }]) =>
      [...prepend, ...append].flatMap((path) => filledIssue(['env', where, name], path, describeBadPathElement)),
    ),
  ];
}

/** The easyconfig beats the settings, but for what the site forces. */
function resolveModuleEnv(
  written: Readonly<Record<string, string>>,
  paths: PathChanges,
  { moduleEnv, forcedModuleEnv }: Settings,
): Pick<ResolvedInstall['env'], 'module' | 'modulePaths' | 'origins'> {
  const isForced = (name: string): boolean => Object.hasOwn(forcedModuleEnv, name);
  const isOwnPath = (name: string): boolean => Object.hasOwn(paths, name) && !isForced(name);
  const module = {
    ...Object.fromEntries(Object.entries(moduleEnv).filter(([name]) => !isOwnPath(name))),
    ...Object.fromEntries(Object.entries(written).filter(([name]) => !isForced(name))),
  };
  const originOf = (name: string, value: string): VariableOrigin => {
    const own = Object.hasOwn(written, name) ? written[name] : describePath(paths, name);
    const forced = isForced(name) ? forcedModuleEnv[name] : undefined;
    if (forced === undefined) return { origin: own === undefined ? 'module_env' : 'easyconfig' };
    return { origin: forced, ...(own === undefined || own === value ? {} : { overruled: own }) };
  };
  return {
    module,
    modulePaths: Object.fromEntries(Object.entries(paths).filter(([name]) => !isForced(name))),
    origins: Object.fromEntries(Object.entries(module).map(([name, value]) => [name, originOf(name, value)])),
  };
}

function describePath(paths: PathChanges, name: string): string | undefined {
  if (!Object.hasOwn(paths, name)) return undefined;
  const { prepend = [], append = [] } = paths[name] ?? {};
  return [...prepend, ...append].join(':');
}

function fillValues(values: Readonly<Record<string, string>>, fill: (text: string) => string): Record<string, string> {
  return Object.fromEntries(Object.entries(values).map(([name, value]) => [name, fill(value)]));
}

/** Without slashes that say nothing, which modules tools do not keep. */
function fillPaths(paths: PathChanges, fill: (text: string) => string): PathChanges {
  const fillPath = (path: string): string =>
    fill(path)
      .replace(/\/+/g, '/')
      .replace(/(.)\/$/, '$1');
  return Object.fromEntries(
    Object.entries(paths).map(([name, { prepend, append }]) => [
      name,
      { prepend: prepend.map(fillPath), append: append.map(fillPath) },
    ]),
  );
}
