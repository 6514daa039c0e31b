import { checkPushLength, toVariableName, toVariableValue } from './environment.ts';
import {
  and,
  boolean,
  call,
  concat,
  equals,
  type LuaValue,
  method,
  name,
  nil,
  not,
  or,
  text,
} from './expressions.ts';
import { environmentValue, isMode, pushenv } from './lmod.ts';
import {
  assign,
  comment,
  ifThen,
  type LuaStatement,
  local,
  localFunction,
  run,
} from './statements.ts';

const functionName = 'set_restorably';

/**
 * Defines the Lua function that {@link setRestorably} calls: to be written once, above its first call.
 *
 * `pushenv` alone gives back the right value only once in a shell. Lmod never drops the first value that it saved in
 * `__LMOD_STACK_<NAME>`: after load, unload, a change by the user, load and unload it would bring back the first one. So
 * where the stack holds nothing but such a remainder (one element), it is made anew from the value of now. An empty value
 * cannot be kept on the stack and comes back as unset. (Lmod 8.6.19, `MasterControl.lua`, `pushenv` and `popenv`.)
 */
export function defineSetRestorably(): LuaStatement[] {
  const stackName = concat(text('__LMOD_STACK_'), name('variable'));
  return [
    comment(
      'pushenv, but what comes back is the value from before this load: Lmod would keep the first it ever saw.',
    ),
    localFunction(
      functionName,
      ['variable', 'value'],
      [
        local('stack', environmentValue(stackName)),
        local('before', environmentValue(name('variable'))),
        ifThen(and(isMode('load'), name('stack'), not(method(name('stack'), 'find', text(':')))), [
          run(call('unsetenv', stackName)),
          ifThen(equals(name('before'), text('')), [assign('before', nil)]),
          pushenv(name('variable'), or(name('before'), boolean(false))),
        ]),
        pushenv(name('variable'), name('value')),
      ],
    ),
  ];
}

/**
 * Sets a variable; unloading gives it what it had before this load. {@link defineSetRestorably} comes first.
 *
 * @throws LuaWriterError `bad-variable-name`, `value-not-holdable`, `too-long`
 */
export function setRestorably(variable: LuaValue, value: LuaValue): LuaStatement {
  const [checkedName, held] = [toVariableName(variable), toVariableValue(value)];
  checkPushLength(checkedName, held);
  return run(call(functionName, checkedName, held));
}
