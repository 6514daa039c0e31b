import { checkLength, checkPushLength, toVariableName, toVariableValue } from './environment.ts';
import { describeValue, LuaWriterError } from './errors.ts';
import { call, equals, type LuaCall, type LuaExpression, type LuaValue, text, toExpression } from './expressions.ts';
import { checkDelimiter, checkPathElements } from './path-variables.ts';
import { type LuaStatement, run } from './statements.ts';

/** The values of `mode()` that a modulefile is evaluated in. */
export type LmodMode = 'load' | 'unload' | 'show' | 'help' | 'whatis' | 'spider';

/** What `lfs.attributes` tells of a path. */
export type FileAttribute = 'mode' | 'size' | 'modification' | 'ino' | 'dev' | 'uid' | 'gid';

/** What `module help` prints. One quoted string: long brackets lose newlines. */
export function help(helpText: LuaValue): LuaStatement {
  return run(call('help', helpText));
}

/** One `whatis` for each line that is not empty: Lmod prints several lines of one as they are, without the module's name. */
export function whatis(line: LuaValue): LuaStatement[] {
  if (typeof line !== 'string' && line.kind !== 'text') return [run(call('whatis', line))];
  const lines = (typeof line === 'string' ? line : line.value).split(/\r\n|\n|\r/);
  return lines.filter((each) => each.trim() !== '').map((each) => run(call('whatis', each)));
}

/** What a module brings beside itself, each `name` or `name/version`: `module spider` finds the module by them. Needs Lmod 8.2. */
export function extensions(names: readonly string[]): LuaStatement {
  return run(call('extensions', names.join(', ')));
}

/** Modules that cannot be loaded beside this one; checked only when this one is loaded. */
export function conflict(...moduleNames: readonly LuaValue[]): LuaStatement {
  return run(call('conflict', ...moduleNames));
}

/**
 * The family of which only one module can be loaded. Lmod writes the name, unescaped, into the names
 * of shell variables (`LMOD_FAMILY_<NAME>`).
 *
 * @throws LuaWriterError `bad-variable-name`
 */
export function family(familyName: LuaValue): LuaStatement {
  const expression = toExpression(familyName);
  if (expression.kind === 'text' && !/^[A-Za-z0-9_]+$/.test(expression.value)) {
    throw new LuaWriterError(
      'bad-variable-name',
      `${describeValue(expression.value)} cannot name a family: letters, digits and _ only`,
    );
  }
  return run(call('family', expression));
}

/** Modules that are loaded first if they are not, and unloaded with this one if that is why they were loaded. */
export function dependsOn(...moduleNames: readonly LuaValue[]): LuaStatement {
  return run(call('depends_on', ...moduleNames));
}

/** Modules that are loaded with this one and unloaded with it. */
export function load(...moduleNames: readonly LuaValue[]): LuaStatement {
  return run(call('load', ...moduleNames));
}

/**
 * Sets a variable; unloading unsets it, whatever it was before.
 *
 * @throws LuaWriterError `bad-variable-name`, `value-not-holdable`, `too-long`
 */
export function setenv(variable: LuaValue, value: LuaValue): LuaStatement {
  const [name, held] = [toVariableName(variable), toVariableValue(value)];
  checkLength(name, held);
  return run(call('setenv', name, held));
}

/**
 * Sets a variable; unloading gives it what it had before, with the limits that the README tells.
 * `boolean(false)` takes the variable away while the module is loaded.
 *
 * @throws LuaWriterError `bad-variable-name`, `value-not-holdable`, `too-long`
 */
export function pushenv(variable: LuaValue, value: LuaValue): LuaStatement {
  const name = toVariableName(variable);
  const isUnset = typeof value !== 'string' && value.kind === 'boolean' && !value.value;
  const held = isUnset ? value : toVariableValue(value);
  checkPushLength(name, held);
  return run(call('pushenv', name, held));
}

/**
 * A call of a function of the modulefile's own that ends in `pushenv`: its name and value are checked as that one's are.
 *
 * @throws LuaWriterError `bad-variable-name`, `value-not-holdable`, `too-long`
 */
export function setWith(functionName: string, variable: LuaValue, value: LuaValue): LuaStatement {
  const [name, held] = [toVariableName(variable), toVariableValue(value)];
  checkPushLength(name, held);
  return run(call(functionName, name, held));
}

/**
 * Puts elements in front of a path variable; unloading takes just these away. Lmod normalises the
 * elements, see `checkPathElements`.
 *
 * @throws LuaWriterError `bad-variable-name`, `bad-delimiter`, `bad-path-element`, `value-not-holdable`, `too-long`
 */
export function prependPath(variable: LuaValue, value: LuaValue, delimiter = ':'): LuaStatement {
  return changePath('prepend_path', variable, value, delimiter);
}

/** As `prependPath`, at the end of the variable. */
export function appendPath(variable: LuaValue, value: LuaValue, delimiter = ':'): LuaStatement {
  return changePath('append_path', variable, value, delimiter);
}

function changePath(functionName: string, variable: LuaValue, value: LuaValue, delimiter: string): LuaStatement {
  const [name, held] = [toVariableName(variable), toVariableValue(value)];
  checkDelimiter(delimiter);
  if (held.kind === 'text') checkPathElements(held.value, delimiter);
  checkLength(name, held);
  return run(call(functionName, name, held, ...(delimiter === ':' ? [] : [text(delimiter)])));
}

/** An alias of the shell that loads the module. Lmod puts it between `'` and `'` for csh and fish, and escapes nothing. */
export function setAlias(aliasName: string, value: LuaValue): LuaStatement {
  return run(call('set_alias', toShellName(aliasName), value));
}

/** A function of the shell that loads the module: for bash and its like, and for csh, where it is an alias. */
export function setShellFunction(functionName: string, bash: LuaValue, csh: LuaValue): LuaStatement {
  return run(call('set_shell_function', toShellName(functionName), bash, csh));
}

/** Lmod writes it into the shell's code as it stands. @throws LuaWriterError `bad-variable-name` */
function toShellName(shellName: string): string {
  if (!/^[A-Za-z_][A-Za-z0-9_-]*$/.test(shellName))
    throw new LuaWriterError('bad-variable-name', `${describeValue(shellName)} cannot name an alias or function`);
  return shellName;
}

/** Ends the loading of the module with a message. Guard it with `isMode('load')`: in Lmod 8.3.1 it would prevent unloading too. */
export function fail(message: LuaValue): LuaStatement {
  return run(call('LmodError', message));
}

/** Prints a message, on loading and on unloading; before Lmod 8.7, `module load` then returns 1. */
export function warn(message: LuaValue): LuaStatement {
  return run(call('LmodWarning', message));
}

/** Prints a message; loading goes on, and ends with 0 in each version of Lmod. */
export function message(words: LuaValue): LuaStatement {
  return run(call('LmodMessage', words));
}

/** Whether Lmod evaluates the modulefile in order to load it, to unload it, … */
export function isMode(mode: LmodMode): LuaExpression {
  return equals(call('mode'), mode);
}

/** `lfs.attributes(path, "mode")`: `"file"`, `"directory"`, … behind links, nil if there is nothing (Lmod's `isFile` is true for a dangling link). */
export function attribute(path: LuaValue, attributeName: FileAttribute): LuaCall {
  return call('lfs.attributes', path, attributeName);
}

/** The value of an environment variable, nil if it is unset. @throws LuaWriterError `bad-variable-name` */
export function environmentValue(variable: LuaValue): LuaCall {
  return call('os.getenv', toVariableName(variable));
}
