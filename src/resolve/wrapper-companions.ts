import type { CommandWrapper } from './types.ts';

/**
 * Programs that go by several names: a wrapper for `python` alone would leave `python3` and `python3.12` to the host, which
 * runs them in silence.
 */
const programs: Readonly<Record<string, RegExp>> = {
  python: /^python3(\.\d+)?$/,
  python3: /^python3\.\d+$/,
  pip: /^pip3(\.\d+)?$/,
  pip3: /^pip3\.\d+$/,
};

/** The wrappers whose other names get wrappers too, where the image has them: those that are no more than a name. */
export function withCompanions(commands: readonly Pick<CommandWrapper, 'name' | 'command'>[]): string[] {
  return commands.filter(({ name, command }) => name === command && name in programs).map(({ name }) => name);
}

/** Whether it is another name of one of these. */
export function isCompanion(name: string, commands: readonly Pick<CommandWrapper, 'name' | 'command'>[]): boolean {
  return withCompanions(commands).some((program) => programs[program]?.test(name) === true);
}
