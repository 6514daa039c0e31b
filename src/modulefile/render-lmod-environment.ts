import {
  and,
  call,
  code,
  comment,
  concat,
  equals,
  type LuaExpression,
  type LuaStatement,
  type LuaValue,
  local,
  method,
  name,
  not,
  notEquals,
  or,
  run,
  setWith,
  text,
} from '../lmod-lua-writer/index.ts';
import { escapeForRuntime } from './container-environment.ts';
import { describeMissingVenv } from './messages.ts';
import type { ModuleContainer, Modulefile, ModuleVenv } from './types.ts';

/** Where the easyconfig has one. One that is incomplete, since its making was stopped or goes on, has a file beside it. */
const findVenvOrDefault = code`
-- Inside of the container. The virtual environment is the one that you name, or else the easyconfig's.
local named, venvs = os.getenv("CTINSTALL_VENV") or "", root .. "/user-software/venv/"
local is_whole = is_file(venvs .. named .. "/pyvenv.cfg") and not is_file(venvs .. "." .. named .. ".incomplete")
`;

/** Where it has none: a name that is meant for other modules is nothing to this one. */
const findVenvIfAny = code`
-- Inside of the container. The virtual environment is the one that you name, if there are any.
local venvs = root .. "/user-software/venv/"
local venv = (is_packed or lfs.attributes(venvs, "mode")) and os.getenv("CTINSTALL_VENV") or ""
local is_whole = is_file(venvs .. venv .. "/pyvenv.cfg") and not is_file(venvs .. "." .. venv .. ".incomplete")
`;

const findUsersPath = code`
local users, other = os.getenv("APPTAINERENV_PREPEND_PATH") or "", os.getenv("SINGULARITYENV_PREPEND_PATH") or ""
if other ~= users then users = (users .. ":" .. other):match("^:?(.-):?$") end
`;

const extend = code`
-- Around what you have set for the container, or else around what the image sets: the runtime puts that in.
local function extend(variable, value, before, behind)
  local yours = given("ENV_" .. variable) or ""
  if yours ~= "" then value = before .. yours .. behind end
  set_both("ENV_" .. variable, value)
end
`;

const isNamed = notEquals(name('venv'), '');

/** The part of a modulefile that says what is set inside the container. `is_packed` comes before it. */
export function renderContainerEnvironment(container: ModuleContainer, { moduleName }: Modulefile): LuaStatement[] {
  const { variables, path, paths, venv, packedVariables } = container;
  return [
    ...(venv === undefined ? renderPathOnly(path) : renderVenv(venv, path, moduleName)),
    ...variables.map(({ name: variable, value, isDefault, unless }) => {
      const wanted = withoutOwn(unless, escapeForRuntime(value));
      return set(variable, isDefault === true ? or(call('given', `ENV_${variable}`), wanted) : wanted);
    }),
    ...(paths.length === 0 ? [] : [extend]),
    ...paths.map(({ name, value, before, behind }) => run(call('extend', name, value, before, behind))),
    ...(venv === undefined ? [] : [set('VIRTUAL_ENV', and(isNamed, placeOf(venv)))]),
    ...packedVariables.map((variable) => set(variable.name, and(name('is_packed'), escapeForRuntime(variable.value)))),
  ];
}

function set(rest: string, value: LuaValue): LuaStatement {
  return setWith('set_both', `ENV_${rest}`, value);
}

/** Where there can be no virtual environment. */
function renderPathOnly(path: ModuleContainer['path']): LuaStatement[] {
  if (path.length === 0) return [comment('Inside of the container.')];
  return [comment('Inside of the container.'), findUsersPath, set('PREPEND_PATH', joinPath(path, undefined))];
}

function placeOf(venv: ModuleVenv): LuaExpression {
  return concat(text(`${escapeForRuntime(venv.container)}/`), name('venv'));
}

function renderVenv(venv: ModuleVenv, path: ModuleContainer['path'], moduleName: string): LuaStatement[] {
  const [before, behind] = describeMissingVenv(moduleName, venv.directory);
  const named = name(venv.name === undefined ? 'venv' : 'named');
  const isVenv = and(method(named, 'match', '^%w[%w._+-]*$'), or(name('is_packed'), name('is_whole')));
  const isMissing = and(notEquals(named, ''), not(isVenv));
  return [
    venv.name === undefined ? findVenvIfAny : findVenvOrDefault,
    run(call('on_load', isMissing, name('LmodError'), concat(before, named, behind))),
    ...(venv.name === undefined ? [] : [local('venv', or(and(equals(named, ''), venv.name), named))]),
    findUsersPath,
    set('PREPEND_PATH', joinPath(path, placeOf(venv))),
  ];
}

/** A value, or none where one of these variables has one. */
function withoutOwn(variables: readonly string[] | undefined, value: string): LuaValue {
  if (variables === undefined) return value;
  return and(...variables.map((each) => not(call('os.getenv', each))), value);
}

/** The first of ours, the virtual environment's, the others, the user's. */
function joinPath(path: ModuleContainer['path'], venv: LuaExpression | undefined): LuaExpression {
  const [first = '', ...rest] = path.map(escapeForRuntime);
  const users = name('users');
  return concat(
    first,
    ...(venv === undefined ? [] : [or(and(isNamed, concat(':', venv, '/bin')), text(''))]),
    ...(rest.length === 0 ? [] : [`:${rest.join(':')}`]),
    or(and(notEquals(users, ''), concat(':', users)), text('')),
  );
}
