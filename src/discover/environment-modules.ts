import { ask, type Machine, textOf } from './machine.ts';

/** The Environment Modules of this session. */
export interface EnvironmentModules {
  readonly program: string;
  readonly version: string;
}

/** It sets `MODULES_CMD` from 4.5 on, `MODULESHOME` before (as Lmod does too), and says its version when asked. */
export async function findEnvironmentModules(machine: Machine): Promise<EnvironmentModules | undefined> {
  const { LMOD_CMD: lmod, MODULESHOME: home, MODULES_CMD: command } = machine.environment;
  const program = command || (lmod === undefined && home ? `${home}/libexec/modulecmd.tcl` : undefined);
  if (program === undefined) return undefined;
  const answer = await ask([program, 'bash', '--version'], machine);
  const [, version] = /Modules Release v?(\d[\w.+-]*)/.exec(textOf(answer)) ?? [];
  return version === undefined ? undefined : { program, version };
}

/** What modulefiles of ctinstall need, and since when it is there: the `Changes` of Environment Modules. */
const needs = [
  { command: 'family', since: [5, 1], without: 'two environments load together' },
  { command: 'depends-on', since: [5, 1], without: 'a module with `depends_on` does not load' },
  { command: 'module-hide', since: [4, 6], without: 'versions cannot be hidden' },
] as const;

/** What a version does not have that modules need: in words, or undefined where it has all. */
export function describeLacks({ version }: Pick<EnvironmentModules, 'version'>): string | undefined {
  const [major = 0, minor = 0] = version.split('.').map((part) => Number.parseInt(part, 10));
  const missing = needs.filter(({ since }) => major < since[0] || (major === since[0] && minor < since[1]));
  if (missing.length === 0) return undefined;
  const each = missing.map(
    ({ command, since, without }) => `\`${command}\`, which is from ${since.join('.')} on: ${without}`,
  );
  return `Environment Modules ${version} lacks ${each.join('; ')}`;
}

export const newEnough = 'modules need Environment Modules 5.1 or later, or Lmod';

/** Whether what follows a `+` is read as a variant of a module, as is so from 5.0 on unless it is turned off. */
export async function readsVariants({ program }: EnvironmentModules, machine: Machine): Promise<boolean> {
  const answer = await ask([program, 'bash', 'config', 'advanced_version_spec'], machine);
  return /^advanced_version_spec\s+1\b/m.test(textOf(answer));
}
