/** A shell that modules are used in: how the same few things are said to it. */
export interface Shell {
  readonly name: string;
  /** What starts it with none of the user's files; the script comes behind. */
  readonly argv: readonly string[];
  /** Reads what a modules tool has for this shell, and all that {@link Shell.fork} needs. */
  readonly begin: (init: string) => string;
  readonly set: (name: string, value: string) => string;
  readonly unset: (name: string) => string;
  /** Runs a script in a shell that has all that this one has, and changes nothing of it. */
  readonly fork: (script: string) => string;
  /** Writes the environment to a file, each variable with a null byte behind it. */
  readonly dump: (file: string) => string;
  readonly quote: (text: string) => string;
}

function quotePosix(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`;
}

/** Its history is expanded within quotes too. */
function quoteCsh(text: string): string {
  return quotePosix(text).replaceAll('!', '\\!');
}

function quoteFish(text: string): string {
  return `'${text.replace(/[\\']/g, '\\$&')}'`;
}

function posix(name: string, argv: readonly string[]): Shell {
  return {
    name,
    argv,
    quote: quotePosix,
    begin: (init) => `. ${quotePosix(init)}`,
    set: (variable, value) => `export ${variable}=${quotePosix(value)}`,
    unset: (variable) => `unset ${variable}`,
    fork: (script) => `( . ${quotePosix(script)} )`,
    dump: (file) => `env -0 > ${quotePosix(file)}`,
  };
}

const csh: Shell = {
  name: 'tcsh',
  argv: ['tcsh', '-f'],
  quote: quoteCsh,
  begin: (init) => `source ${quoteCsh(init)}`,
  set: (variable, value) => `setenv ${variable} ${quoteCsh(value)}`,
  unset: (variable) => `unsetenv ${variable}`,
  fork: (script) => `( source ${quoteCsh(script)} )`,
  dump: (file) => `env -0 > ${quoteCsh(file)}`,
};

/** It has no subshells: what it exports and these functions are all that a new one needs to go on. */
const fish: Shell = {
  name: 'fish',
  argv: ['fish', '--no-config'],
  quote: quoteFish,
  begin: (init) =>
    `source ${quoteFish(init)}\nfor each in module _module_raw; functions -q $each; and functions $each; end > $HOME/module.fish`,
  set: (variable, value) => `set -gx ${variable} ${quoteFish(value)}`,
  unset: (variable) => `set -e ${variable}`,
  fork: (script) => `fish --no-config -C 'source $HOME/module.fish' ${quoteFish(script)}`,
  dump: (file) => `env -0 > ${quoteFish(file)}`,
};

export const shells: readonly Shell[] = [
  posix('bash', ['bash', '--norc', '--noprofile']),
  posix('zsh', ['zsh', '-f']),
  csh,
  fish,
];
