import { findModulePaths, type ModulePaths } from '../../operations/module-path/find-module-paths.ts';
import type { CommandContext } from '../command-context.ts';

/** Prints the directories that belong on `MODULEPATH`; with `sources` also what they depend on, as a line for each. */
export async function settingsModulePath(
  { sources: hasSources = false }: { sources?: boolean },
  context: CommandContext,
): Promise<void> {
  const found = await findModulePaths(context);
  const { isJson, print } = context;
  if (isJson) print(JSON.stringify(hasSources ? found : { paths: found.paths }, undefined, 2));
  else print((hasSources ? linesOf(found) : found.paths).join('\n'));
}

/** What `bin/ctinstall-module-path` reads: a word, then what it is about. */
function linesOf({ paths, sources: { files, directories, variables, marks, detect } }: ModulePaths): string[] {
  return [
    ...paths.map((path) => `path ${path}`),
    ...files.map((path) => `file ${path}`),
    ...directories.map((path) => `directory ${path}`),
    ...variables.map((name) => `variable ${name}`),
    ...marks.map((path) => `mark ${path}`),
    // Tabs, as the parts of one condition may hold blanks.
    ...detect.map(({ preset, hostname = '*', file = '/', variable = 'HOME' }) =>
      ['detect', preset, hostname, file, variable].join('\t').replace('\t', ' '),
    ),
  ];
}
