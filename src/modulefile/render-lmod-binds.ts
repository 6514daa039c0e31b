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
  not,
  notEquals,
  or,
  run,
  setenv,
  setRestorably,
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
      name('is_packed'),
      [callBind(userSoftware.squashfs, userSoftware.container, ':ro,image-src=/', false)],
      [callBind(userSoftware.directory, userSoftware.container, '', false)],
    ),
    ifThen(
      equals(name('binds'), text('')),
      [assign('binds', name('users'))],
      [ifThen(notEquals(name('users'), text('')), [assign('binds', concat(name('binds'), text(','), name('users')))])],
    ),
    ...bothNames('_BIND', name('binds')),
    ...renderBindPaths(),
  ];
}

/** A second variable of the user's, of which Apptainer complains too: only what has to change is touched. */
function renderBindPaths(): LuaStatement[] {
  const variable = name('variable');
  const mark = name('mark');
  return [
    comment('Apptainer has something to say where SINGULARITY_BINDPATH stands alone, or the two differ.'),
    local('is_set', notEquals(name('users_paths'), '')),
    forEach('variable', list('SINGULARITY_BINDPATH', 'APPTAINER_BINDPATH'), [
      local('mark', concat('__CTINSTALL_HAS_SET_', variable)),
      local('is_ours', environmentValue(mark)),
      ifThen(not(isMode('unload')), [
        assign('is_set', or(name('is_set'), environmentValue(variable))),
        assign('is_ours', and(name('is_set'), notEquals(environmentValue(variable), name('users_paths')))),
      ]),
      ifThen(name('is_ours'), [setenv(mark, 'yes'), setRestorably(variable, name('users_paths'))]),
    ]),
  ];
}

function renderUsersBinds(): LuaStatement[] {
  return [
    comment(
      'Binds. Yours stay, and win where several name one place in the container (the runtimes warn of a second).',
    ),
    comment(
      'Apptainer takes APPTAINER_BIND for SINGULARITY_BIND; both get the same value, so that each runtime sees all.',
    ),
    local('taken', list()),
    localFunction('join', ['rest'], renderJoinFunction()),
    local('users', call('join', '_BIND')),
    local('users_paths', call('join', '_BINDPATH')),
  ];
}

/**
 * What the user has set under both names, each place in the container once. `ro`, `rw`, `image-src=` and `id=` behind a
 * comma belong to the bind before them; a comma or colon behind a backslash is part of a path.
 */
function renderJoinFunction(): LuaStatement[] {
  const [comma, colon] = ['\u0001', '\u0002'];
  const given = or(environmentValue(concat(name('prefix'), name('rest'))), '');
  const isOption = or(
    equals(name('word'), 'ro'),
    equals(name('word'), 'rw'),
    method(name('word'), 'match', '^image%-src='),
    method(name('word'), 'match', '^id='),
  );
  const place = or(method(name('word'), 'match', '^[^:]*:([^:]+)'), name('word'));
  return [
    local('joined', ''),
    forEach('prefix', list('APPTAINER', 'SINGULARITY'), [
      local('given', method(method(given, 'gsub', '\\,', comma), 'gsub', '\\:', colon)),
      local('is_kept', boolean(true)),
      forEachMatch(['entry'], method(name('given'), 'gmatch', '[^,]+'), [
        local('word', method(name('entry'), 'match', '^%s*(.-)%s*$')),
        ifThen(not(isOption), [
          local('place', method(method(place, 'gsub', '/+', '/'), 'match', '^%s*(.-)/?%s*$')),
          assign('is_kept', and(notEquals(name('word'), ''), not(index(name('taken'), name('place'))))),
          assign(index(name('taken'), name('place')), boolean(true)),
        ]),
        ifThen(name('is_kept'), [
          ifThen(notEquals(name('joined'), ''), [assign('joined', concat(name('joined'), ','))]),
          assign('joined', concat(name('joined'), name('entry'))),
        ]),
      ]),
    ]),
    assign('joined', method(method(name('joined'), 'gsub', colon, '\\:'), 'gsub', comma, '\\,')),
    giveBack(name('joined')),
  ];
}

function renderBindFunction(moduleName: string): LuaStatement[] {
  const message = concat(
    text(`${moduleName}: `),
    name('host'),
    text(
      ' is not on this node, or not for you to see, but the software needs it bound in the container. Try another node. If none has it, its easyconfig (or the settings, for a group of the site) must make it optional.',
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
