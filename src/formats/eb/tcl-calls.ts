import type { Call, Calls } from './lua-calls.ts';

/** What Tcl's modulefiles call as Lmod's call it. */
const names: Readonly<Record<string, string>> = {
  'prepend-path': 'prepend_path',
  'append-path': 'append_path',
  'set-alias': 'set_alias',
  'set-function': 'set_shell_function',
  'depends-on': 'depends_on',
};

/** Reads Tcl that is no more than commands of one line, as modulefiles are. Nothing of it is run. */
export function readTclCalls(text: string): Calls {
  const calls: Call[] = [];
  for (const [line, written] of text.split('\n').entries()) {
    const trimmed = written.trim();
    if (trimmed === '' || trimmed.startsWith('#')) continue;
    const words = wordsOf(trimmed);
    if (words === undefined) return { calls, stopped: { line, written: trimmed } };
    const [command = '', ...args] = words;
    const name = names[command] ?? command;
    if (name === 'module' && args[0] === 'load') calls.push({ name: 'load', args: args.slice(1), line });
    else calls.push({ name, args: name.endsWith('_path') ? pathArguments(args) : args, line });
  }
  return { calls, stopped: undefined };
}

/** A variable and a path, of several paths one with colons; an option in front, which names a separator, is not understood. */
function pathArguments([variable = '', ...paths]: readonly string[]): readonly (string | undefined)[] {
  return variable.startsWith('-') ? [variable, undefined] : [variable, paths.join(':')];
}

/** Words of a command; `$root` is the install dir. Undefined where the command goes on, or says more than text. */
function wordsOf(line: string): string[] | undefined {
  const words: string[] = [];
  const word = /\s*(?:\{([^{}\\]*)\}|"((?:[^"\\[\]]|\\.)*)"|([^\s{}"[\]\\;]+))(?=\s|$)/y;
  while (word.lastIndex < line.length) {
    const match = word.exec(line);
    if (match === null) return undefined;
    const [, braced, quoted, bare] = match;
    const text = braced ?? (quoted ?? bare ?? '').replace(/\$\{?root\}?/g, '%(installdir)s').replace(/\\(.)/g, '$1');
    if (braced === undefined && text.includes('$')) return undefined;
    words.push(text);
  }
  return words;
}
