import {
  and,
  boolean,
  call,
  code,
  concat,
  forEach,
  type LuaStatement,
  type LuaValue,
  list,
  local,
  localFunction,
  name,
  not,
  or,
  run,
  text,
} from '../lmod-lua-writer/index.ts';
import { bindOptionsOf } from '../resolve/bind-options.ts';
import type { Bind } from '../resolve/types.ts';
import { belowRoot } from './below-root.ts';
import { describeMissingBind } from './messages.ts';
import type { ModuleContainer, Modulefile, ModuleUserSoftware } from './types.ts';

/**
 * What the user has set, under four names: each place in the container once, since the runtimes warn of a second. `ro`,
 * `rw`, `image-src=` and `id=` behind a comma belong to the bind before them; a comma or colon behind a backslash is part
 * of a path.
 */
const usersBinds = code`
-- Binds. Yours stay, and win where they name the same place in the container.
local binds, yours, taken, is_kept = {}, "", {[""] = true}, false
for _, variable in ipairs({"APPTAINER_BIND", "SINGULARITY_BIND", "APPTAINER_BINDPATH", "SINGULARITY_BINDPATH"}) do
  local given = (os.getenv(variable) or ""):gsub("\\,", "\001"):gsub("\\:", "\002")
  for entry in given:gmatch("%s*([^,]+)") do
    if not (entry:match("^r[ow]%s*$") or entry:match("^image%-src=") or entry:match("^id=")) then
      local place = (entry:match("^[^:]*:%s*([^:]+)") or entry):gsub("/+", "/"):match("^(.-)/?%s*$")
      is_kept, taken[place] = not taken[place], true
    end
    if is_kept then yours = yours .. "," .. entry:gsub("\001", "\\,"):gsub("\002", "\\:") end
  end
end
`;

const bindIfHere = code`
if taken[place] then return end
local is_here = lfs.attributes(host, "mode")
if is_here then binds[#binds + 1] = host .. ":" .. place .. options end
`;

const setBinds = code`
set_both("_BIND", (table.concat(binds, ",") .. yours):match("^,?(.*)$"))
for _, runtime in ipairs({"APPTAINER", "SINGULARITY"}) do pushenv(runtime .. "_BINDPATH", false) end
`;

/** The part of a modulefile that joins the install's binds with the user's. */
export function renderBinds({ binds, userSoftware }: ModuleContainer, modulefile: Modulefile): LuaStatement[] {
  const { installDir } = modulefile;
  return [
    usersBinds,
    defineBind(modulefile),
    ...groupPlain(binds).map((group) => callBinds(group, installDir)),
    ...(userSoftware === undefined ? [] : bindUserSoftware(userSoftware, installDir)),
    setBinds,
  ];
}

function bindUserSoftware({ squashfs, directory, container }: ModuleUserSoftware, installDir: string): LuaStatement[] {
  const software = [belowRoot(squashfs, installDir), belowRoot(directory, installDir)] as const;
  const isPacked = name('is_packed');
  return [
    local('is_packed', call('is_file', software[0])),
    callBind(or(and(isPacked, software[0]), software[1]), container, or(and(isPacked, ':ro,image-src=/'), text(''))),
  ];
}

function defineBind({ moduleName }: Modulefile): LuaStatement {
  const [before, behind] = describeMissingBind(moduleName);
  const isMissing = and(name('is_required'), not(name('is_here')));
  return localFunction(
    'bind',
    ['host', 'place', 'options', 'is_required'],
    [bindIfHere, run(call('on_load', isMissing, name('LmodError'), concat(before, name('host'), behind)))],
  );
}

/** Binds in their order; those next to each other that say no more than a path are one group. */
function groupPlain(binds: readonly Bind[]): Bind[][] {
  const groups: Bind[][] = [];
  for (const bind of binds) {
    const last = groups.at(-1);
    if (last?.every(isPlain) && isPlain(bind)) last.push(bind);
    else groups.push([bind]);
  }
  return groups;
}

function isPlain(bind: Bind): boolean {
  return `${bind.host}` === bind.container && bindOptionsOf(bind) === '' && bind.optional;
}

function callBinds(group: readonly Bind[], installDir: string): LuaStatement {
  const [bind, ...others] = group;
  if (bind === undefined || others.length > 0) {
    const paths = group.map(({ host }) => belowRoot(host, installDir));
    return forEach('path', list(...paths), [callBind(name('path'), name('path'), '')]);
  }
  const { host, container, optional } = bind;
  const options = bindOptionsOf(bind);
  const [from, to] = [belowRoot(host, installDir), belowRoot(container, installDir)];
  return optional ? callBind(from, to, options) : callBind(from, to, options, boolean(true));
}

function callBind(...args: readonly LuaValue[]): LuaStatement {
  return run(call('bind', ...args));
}
