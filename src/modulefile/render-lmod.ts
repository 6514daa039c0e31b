import {
  appendPath,
  blank,
  code,
  comment,
  conflict,
  dependsOn,
  extensions,
  family,
  help,
  ifThen,
  isMode,
  type LuaStatement,
  local,
  message,
  prependPath,
  renderLua,
  setWith,
  whatis,
} from '../lmod-lua-writer/index.ts';
import { belowRoot } from './below-root.ts';
import { renderLmodKept } from './render-kept-directory.ts';
import { renderBinds } from './render-lmod-binds.ts';
import { renderContainerEnvironment } from './render-lmod-environment.ts';
import { renderImage } from './render-lmod-image.ts';
import { asItStands } from './site-text.ts';
import type { Modulefile, PathVariable } from './types.ts';

/**
 * Writes a modulefile as Lmod Lua, with documented functions of Lmod 8.3.1 only. All that depends on the node is decided
 * at load time. What must come back at unload is always pushed, wanted or not: at unload `pushenv` takes back what it
 * finds on its stack, so that the load must have put it there.
 */
export function renderLmod(modulefile: Modulefile): string {
  const start = renderLua(modulefile.header.map((line) => comment(line)));
  return `${start}${asItStands(modulefile.siteHeader)}${renderBody(modulefile)}${asItStands(modulefile.siteFooter)}`;
}

const functions = code`
-- Unloading gives each variable back what it had before.
local function set(variable, value) pushenv(variable, value or os.getenv(variable) or false) end
local function is_file(path) return lfs.attributes(path, "mode") == "file" end
local function on_load(is_so, say, message) if is_so and mode() == "load" then say(message) end end
`;

const setBoth = code`
-- Apptainer prefers APPTAINER…, SingularityCE knows only SINGULARITY…: both get the same.
local function set_both(rest, value) set("APPTAINER" .. rest, value); set("SINGULARITY" .. rest, value) end
local function given(name) return ((os.getenv("APPTAINERENV_" .. name) or "") .. "\n" .. (os.getenv("SINGULARITYENV_" .. name) or "")):match("[^\n]+") end
`;

function renderBody(modulefile: Modulefile): string {
  const { container, installDir, variables, path, paths } = modulefile;
  return renderLua([
    ...renderWords(modulefile),
    blank(),
    local('root', installDir),
    functions,
    ...(container === undefined ? [] : [setBoth]),
    blank(),
    ...renderImage(modulefile),
    ...(container === undefined ? [] : renderContainer(container, modulefile)),
    blank(),
    comment('Outside of the container.'),
    ...variables.map(({ name, value }) => setWith('set', name, belowRoot(value, installDir))),
    ...paths.flatMap((variable) => renderPath(variable, installDir)),
    ...path.map((directory) => prependPath('PATH', directory)),
  ]);
}

/** Each path by itself, in the order in which it comes to stand where it belongs. */
function renderPath({ name, prepend, append }: PathVariable, installDir: string): LuaStatement[] {
  return [
    ...prepend.toReversed().map((path) => prependPath(name, belowRoot(path, installDir))),
    ...append.map((path) => appendPath(name, belowRoot(path, installDir))),
  ];
}

function renderContainer(container: NonNullable<Modulefile['container']>, modulefile: Modulefile): LuaStatement[] {
  return [
    blank(),
    ...renderBinds(container, modulefile),
    blank(),
    ...renderContainerEnvironment(container, modulefile),
    ...renderLmodKept(container, modulefile),
  ];
}

/** What it says, and how it stands to other modules. */
function renderWords(modulefile: Modulefile): LuaStatement[] {
  const { container, conflicts, dependsOn: dependencies } = modulefile;
  return [
    help(modulefile.help),
    ...modulefile.whatis.flatMap((line) => whatis(line)),
    ...(modulefile.extensions.length === 0 ? [] : [extensions(modulefile.extensions)]),
    conflict(...conflicts),
    ...(container === undefined ? [] : [family(container.family)]),
    ...dependencies.map((other) => dependsOn(other)),
    ...renderDeprecation(modulefile),
  ];
}

/**
 * `LmodMessage`, not `LmodWarning`: with that, `module load` ends with 1 before Lmod 8.7. Lmod says it as often as it loads
 * the module: twice where one command loads it for another module, and then for itself.
 */
function renderDeprecation({ deprecated, moduleName }: Modulefile): LuaStatement[] {
  if (deprecated === undefined) return [];
  return [ifThen(isMode('load'), [message(`${moduleName} is deprecated: ${deprecated}`)])];
}
