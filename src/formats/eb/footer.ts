import { formatLine } from '../../lib/format.ts';
import { type FieldContext, takeBinds, takeModuleName, takePathChange, takeVariable } from './fields.ts';
import { type Call, type Calls, readLuaCalls } from './lua-calls.ts';
import { takeAlias, takeFamily, takeFunction, takeLoadMessage } from './shell-fields.ts';
import { readTclCalls } from './tcl-calls.ts';
import type { Text } from './values.ts';

/** Takes over what text at the end of the modulefile does. */
export function takeFooter(footer: Text, language: 'lua' | 'tcl', context: Omit<FieldContext, 'line'>): undefined {
  const { calls, stopped }: Calls = language === 'lua' ? readLuaCalls(footer.text) : readTclCalls(footer.text);
  const lineOf = (line: number): number => footer.line + (footer.isWritten ? line : 0);
  for (const call of calls) takeCall(call, { ...context, line: lineOf(call.line) });
  if (stopped !== undefined)
    context.notebook.say(
      lineOf(stopped.line),
      `not carried over from here to the end of the modulefile's text: \`${formatLine(stopped.written.trim())}\``,
    );
}

type Taker = (args: readonly string[], context: FieldContext) => undefined;

const takers: Readonly<Record<string, Taker>> = {
  // LUMI's: `SIF` and `SIF<NAME>`, and with a fourth argument the binds.
  create_container_vars: ([image = '', name = '', installDir = '', binds], context) => {
    const { notebook, line } = context;
    if (image !== context.image)
      notebook.say(
        line,
        `\`SIF\` is ${context.image === undefined ? 'not set' : `\`${context.image}\``}, not \`${image}\``,
      );
    if (name !== context.name && name !== '%(name)s')
      notebook.say(line, `\`SIF${formatLine(name)}\` is not set: the software is called \`${context.name}\``);
    if (installDir !== '%(installdir)s')
      notebook.say(line, `the image is in the install dir, not in \`${formatLine(installDir)}\``);
    if (binds !== undefined) takeBinds(binds, context);
  },
  setenv: ([name = '', value = ''], context) => takeVariable(name, value, context),
  prepend_path: (args, context) => changePath('prepend', args, context),
  append_path: (args, context) => changePath('append', args, context),
  conflict: (names, context) => {
    for (const name of names) takeModuleName('conflicts', name, context);
  },
  family: ([family = ''], context) => takeFamily(family, context),
  set_alias: ([name = '', text = ''], context) => takeAlias(name, text, context),
  set_shell_function: ([name = '', bash = '', csh], context) =>
    takeFunction(name, csh === undefined ? { bash } : { bash, csh }, context),
  LmodMessage: ([...texts], context) => takeLoadMessage(texts.join(''), context),
  depends_on: dependOn,
  load: dependOn,
  prereq: dependOn,
  // Modules of ctinstall put back what a variable was before, always.
  pushenv: ([name = '', value = ''], context) => takeVariable(name, value, context),
};

function changePath(
  where: 'prepend' | 'append',
  [name = '', path = '', separator = ':']: readonly string[],
  context: FieldContext,
): undefined {
  if (separator === ':') return takePathChange(name, path, where, context);
  return context.notebook.say(
    context.line,
    `\`${formatLine(name)}\` has another separator than \`:\`, and is not carried over`,
  );
}

function dependOn(names: readonly string[], context: FieldContext): undefined {
  for (const name of names) takeModuleName('dependsOn', name, context);
}

function takeCall({ name, args }: Call, context: FieldContext): undefined {
  const take = Object.hasOwn(takers, name) ? takers[name] : undefined;
  const texts = args.filter((arg) => arg !== undefined);
  if (take === undefined || texts.length < args.length)
    return context.notebook.say(
      context.line,
      `not carried over: \`${formatLine(`${name}( ${args.map((arg) => arg ?? '…').join(', ')} )`.replace(/\s+/g, ' ').slice(0, 120))}\``,
    );
  take(texts, context);
}
