import { describeLacks, findEnvironmentModules, newEnough, readsVariants } from '../../discover/environment-modules.ts';
import type { Machine } from '../../discover/machine.ts';
import { hostPath } from '../../lib/paths.ts';
import type { ResolvedInstall } from '../../resolve/types.ts';
import type { Context } from '../context.ts';

/** What modules made for Environment Modules cannot do with the one of this session: each thing is said once. */
export async function warnOfModulesTool(
  installs: readonly Pick<ResolvedInstall, 'moduleName' | 'modulesTool'>[],
  { environment, signal, reporter }: Context,
): Promise<void> {
  if (!installs.some(({ modulesTool }) => modulesTool === 'environment-modules')) return;
  const machine: Machine = { environment, root: hostPath('/'), signal };
  const found = await findEnvironmentModules(machine);
  if (found === undefined) return;
  const lacks = describeLacks(found);
  if (lacks !== undefined) reporter.report({ event: 'warning', message: lacks, hint: newEnough });
  const [name, ...others] = installs.map(({ moduleName }) => moduleName).filter(mayNameVariant);
  if (name === undefined || !(await readsVariants(found, machine))) return;
  reporter.report({
    event: 'warning',
    message: `Environment Modules ${found.version} takes what is behind a \`+\` for a variant, and may not find ${[name, ...others].map((each) => `\`${each}\``).join(', ')}`,
    hint: `module config advanced_version_spec 0; module load ${name} (or have MODULES_ADVANCED_VERSION_SPEC=0 in all sessions, or a name without \`+\`)`,
  });
}

/** One at the end of a name or a version is none: `c++/1.0` is found (5.2 and 5.7). */
function mayNameVariant(moduleName: string): boolean {
  return /\+[^+/]/.test(moduleName);
}
