import { describeBadVariableValue } from '../../easyconfig/rules.ts';
import type { Settings } from '../../settings/types.ts';
import { filledIssue } from '../filled-issue.ts';
import type { ResolvedInstall, VariableOrigin } from '../types.ts';
import type { Resolver } from './resolver.ts';

/** The variables of the module, and those of the container. */
export const resolveEnvironment: Resolver<'env'> = ({ easyconfig, settings, fill }) => {
  const env = {
    ...resolveModuleEnv(fillValues(easyconfig.env.module, fill), settings),
    container: fillValues(easyconfig.env.container, fill),
  };
  const issuesOf = (where: 'module' | 'container') =>
    Object.entries(env[where]).flatMap(([name, value]) =>
      filledIssue(['env', where, name], value, describeBadVariableValue),
    );
  return { part: { env }, issues: [...issuesOf('module'), ...issuesOf('container')] };
};

/** The easyconfig beats the settings, but for what the site forces. */
function resolveModuleEnv(
  written: Readonly<Record<string, string>>,
  { moduleEnv, forcedModuleEnv }: Settings,
): Pick<ResolvedInstall['env'], 'module' | 'origins'> {
  const isForced = (name: string): boolean => Object.hasOwn(forcedModuleEnv, name);
  const module = {
    ...moduleEnv,
    ...Object.fromEntries(Object.entries(written).filter(([name]) => !isForced(name))),
  };
  const originOf = (name: string, value: string): VariableOrigin => {
    const own = Object.hasOwn(written, name) ? written[name] : undefined;
    const forced = isForced(name) ? forcedModuleEnv[name] : undefined;
    if (forced === undefined) return { origin: own === undefined ? 'module_env' : 'easyconfig' };
    return { origin: forced, ...(own === undefined || own === value ? {} : { overruled: own }) };
  };
  return {
    module,
    origins: Object.fromEntries(Object.entries(module).map(([name, value]) => [name, originOf(name, value)])),
  };
}

function fillValues(values: Readonly<Record<string, string>>, fill: (text: string) => string): Record<string, string> {
  return Object.fromEntries(Object.entries(values).map(([name, value]) => [name, fill(value)]));
}
