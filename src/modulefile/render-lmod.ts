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
  setAlias,
  setShellFunction,
  whatis,
} from '../lmod-lua-writer/index.ts';
import { belowRoot } from './below-root.ts';
import { renderLmodGpu } from './render-gpu.ts';
import { renderLmodGpuNeeds } from './render-gpu-needs.ts';
import { renderLmodLibraries } from './render-host-libraries.ts';
import { renderLmodKept } from './render-kept-directory.ts';
import { renderBinds } from './render-lmod-binds.ts';
import { renderContainerEnvironment } from './render-lmod-environment.ts';
import { renderImage } from './render-lmod-image.ts';
import { renderLmodVariables } from './render-variables.ts';
import { cshFunction, functionBody } from './shell-function.ts';
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

const setOne = code`
-- Unloading gives each variable back what it had before.
local function set(variable, value) pushenv(variable, value or os.getenv(variable) or false) end
`;

const onLoad = code`
local function on_load(is_so, say, message) if is_so and mode() == "load" then say(message) end end
`;

const isFile = code`
local function is_file(path) return lfs.attributes(path, "mode") == "file" end
`;

const setBoth = code`
-- Apptainer prefers names with APPTAINER, SingularityCE knows only SINGULARITY: both get the same.
local function set_both(rest, value) set("APPTAINER" .. rest, value); set("SINGULARITY" .. rest, value) end
local function given(rest) return ((os.getenv("APPTAINER" .. rest) or "") .. "\n" .. (os.getenv("SINGULARITY" .. rest) or "")):match("[^\n]+") end
`;

function renderBody(modulefile: Modulefile): string {
  const { container, installDir, path, paths } = modulefile;
  return renderLua([
    ...renderWords(modulefile),
    blank(),
    local('root', installDir),
    setOne,
    ...(modulefile.image === undefined && container?.userSoftware === undefined ? [] : [isFile]),
    onLoad,
    ...(container === undefined ? [] : [setBoth]),
    ...(modulefile.image === undefined ? [] : [blank()]),
    ...renderImage(modulefile),
    ...renderLmodLibraries(modulefile),
    ...renderLmodGpuNeeds(modulefile),
    ...(container === undefined ? [] : renderContainer(container, modulefile)),
    blank(),
    comment('Outside of the container.'),
    ...renderLmodVariables(modulefile),
    ...paths.flatMap((variable) => renderPath(variable, installDir)),
    ...path.map((directory) => prependPath('PATH', directory)),
    ...renderShell(modulefile),
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
    ...renderLmodGpu(container),
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
    ...(modulefile.family === undefined ? [] : [family(modulefile.family)]),
    ...dependencies.map((other) => dependsOn(other)),
    ...renderDeprecation(modulefile),
  ];
}

/** In the shell that loads it. */
function renderShell({ aliases = [], functions = [], loadMessage }: Modulefile): LuaStatement[] {
  return [
    ...(aliases.length + functions.length === 0 ? [] : [blank(), comment('In your shell.')]),
    ...aliases.map(({ name, text }) => setAlias(name, text)),
    ...functions.map(({ name, bash, csh }) => setShellFunction(name, functionBody(bash), csh ?? cshFunction(bash))),
    ...(loadMessage === undefined ? [] : [ifThen(isMode('load'), [message(loadMessage)])]),
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
