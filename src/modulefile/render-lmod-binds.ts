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
  giveBack,
  ifThen,
  index,
  isMode,
  type LuaStatement,
  list,
  local,
  localFunction,
  method,
  name,
  nil,
  notEquals,
  or,
  run,
  text,
} from '../lmod-lua-writer/index.ts';
import type { Bind } from '../resolve/types.ts';
import { bothNames } from './both-names.ts';
import type { Modulefile } from './types.ts';

/** The part of a modulefile that joins the install's binds with the user's. */
export function renderBinds({ binds, userSoftware, moduleName }: Modulefile): LuaStatement[] {
  return [
    ...renderUsersBinds(),
    local('binds', text('')),
    localFunction('bind', ['host', 'container', 'options', 'required'], renderBindFunction(moduleName)),
    ...binds.map((bind) => renderBind(bind)),
    comment('Your software: packed if it is packed, else the directory.'),
    ifThen(
      equals(attribute(userSoftware.squashfs, 'mode'), text('file')),
      [callBind(userSoftware.squashfs, userSoftware.container, ':ro,image-src=/', false)],
      [callBind(userSoftware.directory, userSoftware.container, '', false)],
    ),
    ifThen(
      equals(name('binds'), text('')),
      [assign('binds', name('users'))],
      [ifThen(notEquals(name('users'), text('')), [assign('binds', concat(name('binds'), text(','), name('users')))])],
    ),
    ...bothNames('_BIND', name('binds')),
  ];
}

function renderUsersBinds(): LuaStatement[] {
  return [
    comment('Binds. Yours stay, and win where both name one place in the container (the runtimes warn of a second).'),
    comment(
      'Apptainer takes APPTAINER_BIND for SINGULARITY_BIND; both get the same value, so that each runtime sees all.',
    ),
    local('users', or(environmentValue('SINGULARITY_BIND'), text(''))),
    local('apptainers', or(environmentValue('APPTAINER_BIND'), text(''))),
    ifThen(
      equals(name('users'), text('')),
      [assign('users', name('apptainers'))],
      [
        ifThen(and(notEquals(name('apptainers'), text('')), notEquals(name('apptainers'), name('users'))), [
          assign('users', concat(name('apptainers'), text(','), name('users'))),
        ]),
      ],
    ),
    local('taken', list()),
    forEach(
      'given',
      list(
        name('users'),
        ...['SINGULARITY_BINDPATH', 'APPTAINER_BINDPATH'].map((variable) => or(environmentValue(variable), text(''))),
      ),
      [
        forEachMatch(['entry'], method(name('given'), 'gmatch', text('[^,]+')), [
          local('place', or(method(name('entry'), 'match', text('^[^:]*:([^:]+)')), name('entry'))),
          assign(index(name('taken'), method(name('place'), 'match', text('^%s*(.-)/*%s*$'))), boolean(true)),
        ]),
      ],
    ),
  ];
}

function renderBindFunction(moduleName: string): LuaStatement[] {
  const message = concat(
    text(`${moduleName}: `),
    name('host'),
    text(
      ' is not on this node, but the software needs it bound in the container. Try another node, or ask your support team.',
    ),
  );
  return [
    ifThen(index(name('taken'), name('container')), [giveBack()]),
    ifThen(equals(attribute(name('host'), 'mode'), nil), [
      ifThen(and(name('required'), isMode('load')), [fail(message)]),
      giveBack(),
    ]),
    ifThen(notEquals(name('binds'), text('')), [assign('binds', concat(name('binds'), text(',')))]),
    assign('binds', concat(name('binds'), name('host'), text(':'), name('container'), name('options'))),
  ];
}

function renderBind({ host, container, access, optional }: Bind): LuaStatement {
  return callBind(host, container, access === 'ro' ? ':ro' : '', !optional);
}

function callBind(host: string, container: string, options: string, isRequired: boolean): LuaStatement {
  return run(call('bind', text(host), text(container), text(options), boolean(isRequired)));
}
