import { checkPushLength, toVariableName, toVariableValue } from './environment.ts';
import { and, call, concat, equals, type LuaValue, method, name, not, notEquals, or } from './expressions.ts';
import { environmentValue, isMode, pushenv, setenv } from './lmod.ts';
import { assign, comment, giveBack, ifThen, type LuaStatement, local, localFunction, run } from './statements.ts';

const functionName = 'set_restorably';

/**
 * Defines the Lua function that {@link setRestorably} calls: to be written once, above its first call.
 *
 * A variable that was not there needs no more than `setenv`, whose undoing is to unset it; a stack of Lmod's tells at
 * unload that it was there. `pushenv` alone would not always give back what was: Lmod never drops the first value that it
 * saved for a variable in a shell, so that after load, unload, a change by the user, load and unload it brings back the
 * first one; and its base64 decoder loses bits of bytes from 0xC0 on at each third position (Lmod 8.6.19,
 * `MasterControl.lua`, `base64.lua`). So the stack that `pushenv` goes on with is written here: on top the value of now,
 * in groups of two bytes where the decoder needs that. Where Lmod's own module for it cannot be had, plain `pushenv`
 * remains. A variable that is set but empty comes back as unset: the stack cannot hold an empty value.
 */
export function defineSetRestorably(): LuaStatement[] {
  const isLost = notEquals(call('base64.decode64', name('top')), name('old'));
  return [
    comment(
      'Unloading gives back what was. What pushenv keeps for that is written here, since Lmod would keep the first',
    ),
    comment('value that it ever saw, and garble some letters beyond ASCII.'),
    localFunction(
      'keep',
      ['old', 'stack_name', 'below'],
      [
        ifThen(not(call('pcall', name('require'), 'base64')), [giveBack()]),
        local('base64', call('require', 'base64')),
        local('top', 'false'),
        ifThen(notEquals(name('old'), ''), [
          assign('top', call('base64.encode64', name('old'))),
          ifThen(isLost, [
            assign('top', method(name('old'), 'gsub', '..?', name('base64.encode64'))),
            ifThen(isLost, [giveBack()]),
          ]),
        ]),
        setenv(name('stack_name'), concat(name('top'), name('below'))),
      ],
    ),
    localFunction(
      functionName,
      ['variable', 'value'],
      [
        local('stack_name', concat('__LMOD_STACK_', name('variable'))),
        local('stack', environmentValue(name('stack_name'))),
        local('old', or(and(isMode('load'), environmentValue(name('variable'))), '')),
        ifThen(and(equals(name('old'), ''), not(name('stack'))), [setenv(name('variable'), name('value')), giveBack()]),
        ifThen(isMode('load'), [
          run(
            call(
              'keep',
              name('old'),
              name('stack_name'),
              or(and(name('stack'), method(name('stack'), 'match', ':.*$')), ''),
            ),
          ),
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
