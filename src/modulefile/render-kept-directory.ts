import { and, call, code, ifThen, isMode, type LuaStatement, message, name } from '../lmod-lua-writer/index.ts';
import { describeChangedDirectory } from './messages.ts';
import { quoteTcl } from './tcl-text.ts';
import type { ModuleContainer, Modulefile } from './types.ts';

/*
 * The part of a modulefile that says when pip, in a shell that had the module loaded while it was packed, has written into the
 * directory that is kept. Of the whole tree only what pip changes each time is looked at: this is done at each load.
 */

const lookForMore = code`
-- What pip brings into a directory that is kept is not in the squashfs.
local has_more = false
local function look_for_more()
  local packed, lib = lfs.attributes(root .. "/user-software.squashfs", "modification"), venvs .. venv .. "/lib/"
  for python in lfs.dir(lib) do
    has_more = has_more or (lfs.attributes(lib .. python .. "/site-packages", "modification") or 0) > packed
  end
end
`;

/** `venv` comes before it. */
export function renderLmodKept({ packedVariables }: ModuleContainer, { moduleName }: Modulefile): LuaStatement[] {
  if (packedVariables.length === 0) return [];
  // A directory that is not there, or not to be read, is an error of lfs.dir.
  const isFound = and(isMode('load'), name('is_packed'), call('pcall', name('look_for_more')), name('has_more'));
  return [lookForMore, ifThen(isFound, [message(describeChangedDirectory(moduleName))])];
}

/** `venv` comes before it. */
export function renderTclKept(container: ModuleContainer, { moduleName }: Modulefile): string[] {
  const { packedVariables, userSoftware, venv } = container;
  if (packedVariables.length === 0) return [];
  return [
    '# What pip brings into a directory that is kept is not in the squashfs.',
    'if {[module-info mode load] && $is_packed && $venv ne ""} {',
    `  foreach packages [glob -nocomplain -directory [file join ${quoteTcl(venv.directory)} $venv] lib/python*/site-packages] {`,
    `    if {[file mtime $packages] > [file mtime ${quoteTcl(userSoftware.squashfs)}]} {`,
    `      puts stderr ${quoteTcl(describeChangedDirectory(moduleName))}`,
    '    }',
    '  }',
    '}',
  ];
}
