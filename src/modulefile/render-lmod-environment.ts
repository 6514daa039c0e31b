import {
  and,
  assign,
  attribute,
  boolean,
  call,
  comment,
  concat,
  environmentValue,
  equals,
  fail,
  forEach,
  forEachMatch,
  ifThen,
  isMode,
  type LuaExpression,
  type LuaStatement,
  list,
  local,
  localFunction,
  method,
  name,
  not,
  notEquals,
  or,
  run,
  setenv,
  setRestorably,
  text,
} from '../lmod-lua-writer/index.ts';
import { bothNames } from './both-names.ts';
import { escapeForRuntime } from './container-environment.ts';
import type { Modulefile } from './types.ts';
import { describeBadVenv, describeMissingVenv } from './venv-messages.ts';

/** The part of a modulefile that says what is set inside the container. `is_packed` comes before it. */
export function renderContainerEnvironment(modulefile: Modulefile): LuaStatement[] {
  const { containerVariables, containerPath, venv, packedVariables } = modulefile;
  const [first = '', ...rest] = containerPath.map(escapeForRuntime);
  const usersPaths = ['APPTAINERENV_PREPEND_PATH', 'SINGULARITYENV_PREPEND_PATH'].map((variable) =>
    or(environmentValue(variable), text('')),
  );
  const place = concat(text(`${escapeForRuntime(venv.container)}/`), name('venv'));
  return [
    ...renderVenv(modulefile),
    comment('Inside the container. Apptainer reads APPTAINERENV_ first and warns where the two differ.'),
    local('seen', text('')),
    local('path', text(first)),
    ifThen(notEquals(name('venv'), ''), [assign('path', concat(name('path'), ':', place, '/bin'))]),
    ...rest.map((directory) => assign('path', concat(name('path'), text(`:${directory}`)))),
    forEach('users', list(...usersPaths), [
      ifThen(and(notEquals(name('users'), text('')), notEquals(name('users'), name('seen'))), [
        assign('path', concat(name('path'), text(':'), name('users'))),
        assign('seen', name('users')),
      ]),
    ]),
    ...bothNames('ENV_PREPEND_PATH', name('path')),
    ...containerVariables.flatMap((variable) =>
      bothNames(`ENV_${variable.name}`, text(escapeForRuntime(variable.value))),
    ),
    ...defineSetWhere(),
    run(call('set_where', notEquals(name('venv'), ''), 'VIRTUAL_ENV', place)),
    ...packedVariables.map((variable) =>
      run(call('set_where', name('is_packed'), variable.name, escapeForRuntime(variable.value))),
    ),
  ];
}

/** What depends on the node or the user is taken back at unload if it was set at load, whatever holds by then. */
function defineSetWhere(): LuaStatement[] {
  const mark = name('mark');
  return [
    localFunction(
      'set_where',
      ['is_wanted', 'variable', 'value'],
      [
        local('mark', concat('__CTINSTALL_HAS_SET_', name('variable'))),
        ifThen(isMode('unload'), [assign('is_wanted', notEquals(or(environmentValue(mark), ''), ''))]),
        ifThen(name('is_wanted'), [
          setenv(mark, 'yes'),
          forEach('prefix', list('SINGULARITYENV_', 'APPTAINERENV_'), [
            setRestorably(concat(name('prefix'), name('variable')), name('value')),
          ]),
        ]),
      ],
    ),
  ];
}

/** Which virtual environment is active: `venv` is its name, or empty. */
function renderVenv({ venv, moduleName }: Modulefile): LuaStatement[] {
  const directory = text(venv.directory);
  const entry = name('entry');
  // What says that it is not whole: its making was stopped, or goes on.
  const isIncomplete = (venv: LuaExpression): LuaExpression =>
    equals(attribute(concat(directory, '/.', venv, '.incomplete'), 'mode'), 'file');
  const isVenv = and(
    method(entry, 'match', '^%w'),
    equals(attribute(concat(directory, '/', entry, '/pyvenv.cfg'), 'mode'), 'file'),
    not(isIncomplete(entry)),
  );
  const [before, behind] = describeMissingVenv(moduleName);
  const refuseMissing = [
    local('there', list()),
    ifThen(equals(attribute(directory, 'mode'), 'directory'), [
      forEachMatch(['entry'], call('lfs.dir', directory), [
        ifThen(isVenv, [run(call('table.insert', name('there'), entry))]),
      ]),
    ]),
    run(call('table.sort', name('there'))),
    fail(concat(before, name('venv'), behind, call('table.concat', name('there'), ', '))),
  ];
  const isMissing = or(
    notEquals(attribute(concat(directory, '/', name('venv')), 'mode'), 'directory'),
    isIncomplete(name('venv')),
  );
  return [
    comment('The virtual environment: the one that you name, or else that of the easyconfig.'),
    local('venv', or(environmentValue('CTINSTALL_VENV'), '')),
    ifThen(
      equals(name('venv'), ''),
      [assign('venv', text(venv.name ?? ''))],
      [
        ifThen(isMode('load'), [
          ifThen(not(method(name('venv'), 'match', '^%w[%w._+-]*$')), [fail(describeBadVenv(moduleName))]),
          ifThen(and(not(name('is_packed')), isMissing), refuseMissing),
        ]),
      ],
    ),
  ];
}

/** Whether the user software is packed, for what comes after. */
export function renderIsPacked({ userSoftware }: Modulefile): LuaStatement[] {
  return [local('is_packed', or(equals(attribute(userSoftware.squashfs, 'mode'), text('file')), boolean(false)))];
}
