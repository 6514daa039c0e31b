import {
  and,
  code,
  concat,
  equals,
  fail,
  ifThen,
  isMode,
  type LuaExpression,
  type LuaStatement,
  type LuaValue,
  local,
  method,
  name,
  not,
  notEquals,
  or,
  setWith,
  text,
} from '../lmod-lua-writer/index.ts';
import { escapeForRuntime } from './container-environment.ts';
import { describeMissingVenv } from './messages.ts';
import type { ModuleContainer, Modulefile } from './types.ts';

/** One that is not whole, since its making was stopped or goes on, has a file beside it. */
const findVenv = code`
-- Inside of the container. The virtual environment is the one that you name, or else the easyconfig's.
local named, venvs = os.getenv("CTINSTALL_VENV") or "", root .. "/user-software/venv/"
local is_whole = is_file(venvs .. named .. "/pyvenv.cfg") and not is_file(venvs .. "." .. named .. ".incomplete")
`;

const findUsersPath = code`
local users, other = os.getenv("APPTAINERENV_PREPEND_PATH") or "", os.getenv("SINGULARITYENV_PREPEND_PATH") or ""
if other ~= users then users = (users .. ":" .. other):match("^:?(.-):?$") end
`;

const isNamed = notEquals(name('venv'), '');

/** The part of a modulefile that says what is set inside the container. `is_packed` comes before it. */
export function renderContainerEnvironment(container: ModuleContainer, { moduleName }: Modulefile): LuaStatement[] {
  const { variables, path, venv, packedVariables } = container;
  const [before, behind] = describeMissingVenv(moduleName, venv.directory);
  const isVenv = and(method(name('named'), 'match', '^%w[%w._+-]*$'), or(name('is_packed'), name('is_whole')));
  const isMissing = and(isMode('load'), notEquals(name('named'), ''), not(isVenv));
  const place = concat(text(`${escapeForRuntime(venv.container)}/`), name('venv'));
  const set = (rest: string, value: LuaValue): LuaStatement => setWith('set_both', `ENV_${rest}`, value);
  return [
    findVenv,
    ifThen(isMissing, [fail(concat(before, name('named'), behind))]),
    local('venv', or(and(equals(name('named'), ''), venv.name ?? ''), name('named'))),
    findUsersPath,
    set('PREPEND_PATH', joinPath(path, place)),
    ...variables.map(({ name: variable, value, isDefault }) =>
      isDefault === true
        ? setWith('set_default', variable, escapeForRuntime(value))
        : set(variable, escapeForRuntime(value)),
    ),
    set('VIRTUAL_ENV', and(isNamed, place)),
    ...packedVariables.map((variable) => set(variable.name, and(name('is_packed'), escapeForRuntime(variable.value)))),
  ];
}

/** The first of ours, the virtual environment's, the others, the user's. */
function joinPath(path: ModuleContainer['path'], venv: LuaExpression): LuaExpression {
  const [first = '', ...rest] = path.map(escapeForRuntime);
  const users = name('users');
  return concat(
    first,
    or(and(isNamed, concat(':', venv, '/bin')), text('')),
    ...(rest.length === 0 ? [] : [`:${rest.join(':')}`]),
    or(and(notEquals(users, ''), concat(':', users)), text('')),
  );
}
