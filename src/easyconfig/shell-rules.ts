import { describeBadVariableValue } from './rules.ts';

/** The rules for what a module does in the user's shell beside variables. */

export const aliasPattern = /^[A-Za-z_][A-Za-z0-9_-]{0,127}$/;

/** What no module may take from the user: with these the session goes on, and the module is unloaded. */
const neededNames = [
  'alias',
  'builtin',
  'cd',
  'command',
  'eval',
  'exit',
  'export',
  'fish',
  'bash',
  'tcsh',
  'logout',
  'ml',
  'module',
  'set',
  'setenv',
  'source',
  'unalias',
  'unset',
  'unsetenv',
];

/** Says why no alias or function can have this name, or undefined. */
export function describeBadShellName(name: string): string | undefined {
  return neededNames.includes(name) ? 'is a command that the session itself needs' : undefined;
}

/** Says why a module cannot make an alias of this text, or undefined: it stands between `'` and `'` in csh and fish. */
export function describeBadAlias(text: string): string | undefined {
  if (text.trim() === '') return 'is no command';
  const bad = ["'", '\\', '!'].find((character) => text.includes(character));
  return bad === undefined
    ? describeBadVariableValue(text)
    : `holds \`${bad}\`, which some shells do not take in an alias`;
}

/** Says why a module cannot make a function of this text, or undefined. */
export function describeBadFunction(text: string): string | undefined {
  return text.trim() === '' ? 'is no command' : describeBadVariableValue(text);
}

/** Says why no module can be of this family, or undefined: modules tools make the name of a variable of it. */
export function describeBadFamily(family: string): string | undefined {
  if (!/^[A-Za-z][A-Za-z0-9_]{0,63}$/.test(family)) return 'is no name of a family: letters, digits and `_`';
  return family.toLowerCase() === 'ctinstall_software'
    ? 'is the family of all environments of ctinstall already'
    : undefined;
}
