import { call, comment, concat, forEach, type LuaStatement, list, name, not, run } from '../lmod-lua-writer/index.ts';
import { describeGoneLibrary } from './messages.ts';
import { command, quoteTcl } from './tcl-text.ts';
import type { Modulefile } from './types.ts';

/* Both languages: a job must not fail with a message of the loader that says no more than a name. */

export function renderLmodLibraries({ hostLibraries, moduleName }: Modulefile): LuaStatement[] {
  if (hostLibraries.length === 0) return [];
  const [before, behind] = describeGoneLibrary(moduleName);
  const isGone = not(call('lfs.attributes', name('path'), 'mode'));
  return [
    comment("Libraries of this machine's MPI, which the container has in place of its own."),
    forEach('path', list(...hostLibraries), [
      run(call('on_load', isGone, name('LmodError'), concat(before, name('path'), behind))),
    ]),
  ];
}

export function renderTclLibraries({ hostLibraries, moduleName }: Modulefile): string[] {
  if (hostLibraries.length === 0) return [];
  const [before, behind] = describeGoneLibrary(moduleName);
  return [
    "# Libraries of this machine's MPI, which the container has in place of its own.",
    `foreach path [list ${hostLibraries.map(quoteTcl).join(' ')}] {`,
    '  if {[module-info mode load] && ![file exists $path]} {',
    `    ${command('refuse_value', before, { source: '$path' }, behind)}`,
    '  }',
    '}',
  ];
}
