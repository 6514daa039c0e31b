import { call, comment, renderLua, run } from '../lmod-lua-writer/index.ts';

/** What is said of the versions of one module, beside their modulefiles. */
export interface VersionMarks {
  /** Module name of the version that `module load <name>` takes; else the modules tool decides. */
  readonly default: string | undefined;
  /** Module names that listings leave out; they load by their full name. */
  readonly hidden: readonly string[];
}

/** Begins each of these files, so that one of somebody else's is told apart. */
export const modulercMark = 'Written by ctinstall';

const explanation = `${modulercMark}: which version is the default, and which are hidden. It is rewritten at each install.`;

/** `.modulerc.lua` of a module. Lmod reads it before each choice of a version. */
export function renderLmodModulerc(marks: VersionMarks): string {
  return renderLua([
    comment(explanation),
    ...(marks.default === undefined ? [] : [run(call('module_version', marks.default, 'default'))]),
    ...marks.hidden.map((moduleName) => run(call('hide_version', moduleName))),
  ]);
}

const hideCommand = 'set hide [expr {[info commands module-hide] eq "" ? "hide-version" : "module-hide"}]';

/**
 * `.modulerc` of a module, for Environment Modules (4.6 for `module-hide`) and Lmod, which may know `hide-version` only.
 * Names of modules hold nothing that Tcl takes for more than a word.
 */
export function renderTclModulerc(marks: VersionMarks): string {
  return [
    '#%Module1.0',
    `# ${explanation}`,
    ...(marks.default === undefined ? [] : [`module-version ${marks.default} default`]),
    ...(marks.hidden.length === 0 ? [] : [hideCommand]),
    ...marks.hidden.map((moduleName) => `$hide ${moduleName}`),
    '',
  ].join('\n');
}
