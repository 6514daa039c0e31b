import { and, call, code, type LuaStatement, name, run } from '../lmod-lua-writer/index.ts';
import { describeChangedDirectory } from './messages.ts';
import { quoteTcl } from './tcl-text.ts';
import type { ModuleContainer, Modulefile } from './types.ts';

/*
 * The part of a modulefile that says when pip, in a shell that had the module loaded while it was packed, has written into the
 * directory that is kept. Of the whole tree only what pip changes each time is looked at: this is done at each load.
 */

const lookForMore = code`
-- What pip brings into a directory that is kept is not in the squashfs.
local has_more, lib, packed = false, venvs .. venv .. "/lib/", root .. "/user-software.squashfs"
local function look_for_more()
  for python in lfs.dir(lib) do
    has_more = has_more or (lfs.attributes(lib .. python .. "/site-packages", "modification") or 0) > lfs.attributes(packed, "modification")
  end
end
`;

/** Where the recipe keeps pip for itself, there is nothing to say. */
function hasPip({ variables, packedVariables }: ModuleContainer): boolean {
  return [...variables, ...packedVariables].some(({ name }) => name === 'PIP_PYTHON');
}

/** `venv` comes before it. */
export function renderLmodKept(container: ModuleContainer, { moduleName }: Modulefile): LuaStatement[] {
  if (container.venv === undefined || !hasPip(container)) return [];
  // A directory that is not there, or not to be read, is an error of lfs.dir.
  const isFound = and(name('is_packed'), call('pcall', name('look_for_more')), name('has_more'));
  return [lookForMore, run(call('on_load', isFound, name('LmodMessage'), describeChangedDirectory(moduleName)))];
}

/** `venv` comes before it. */
export function renderTclKept(container: ModuleContainer, { moduleName }: Modulefile): string[] {
  const { userSoftware, venv } = container;
  if (userSoftware === undefined || venv === undefined || !hasPip(container)) return [];
  return [
    '# What pip installs into a directory that is kept is not in the squashfs.',
    'if {[module-info mode load] && $is_packed && $venv ne ""} {',
    `  foreach packages [glob -nocomplain -directory [file join ${quoteTcl(venv.directory)} $venv] lib/python*/site-packages] {`,
    `    if {[file mtime $packages] > [file mtime ${quoteTcl(userSoftware.squashfs)}]} {`,
    `      puts stderr ${quoteTcl(describeChangedDirectory(moduleName))}`,
    '    }',
    '  }',
    '}',
  ];
}
