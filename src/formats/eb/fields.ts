import {
  describeBadBindPath,
  describeBadContainerVariable,
  describeBadModuleVariable,
  describeBadPathElement,
  describeBadVariableValue,
  moduleNamePattern,
  variableNameOf,
  variablePattern,
} from '../../easyconfig/rules.ts';
import type { WrittenEasyconfig } from '../../easyconfig/schema.ts';
import { foldShell } from '../../lib/fold-shell.ts';
import type { Notebook } from './notebook.ts';

type Bind = NonNullable<WrittenEasyconfig['binds']>[number];
type Variables = Record<string, string | { prepend?: string[]; append?: string[] }>;

/** What a recipe has its module do, as an easyconfig says it. */
export interface Fields {
  readonly binds: Bind[];
  readonly module: Variables;
  readonly container: Variables;
  readonly conflicts: string[];
  readonly dependsOn: string[];
  readonly buildDependencies: string[];
  readonly aliases: Record<string, string>;
  readonly functions: NonNullable<WrittenEasyconfig['functions']>;
  /** Said at each load. */
  readonly messages: string[];
  family: string | undefined;
  /** The virtual environment that variables name. */
  venv: string | undefined;
  conda: { readonly name: string; readonly root: string } | undefined;
}

export interface FieldContext {
  readonly fields: Fields;
  readonly notebook: Notebook;
  /** Of the software. */
  readonly name: string;
  /** File name of the image; undefined for a module that only binds and sets. */
  readonly image: string | undefined;
  readonly line: number;
}

export function noFields(): Fields {
  return {
    binds: [],
    module: {},
    container: {},
    conflicts: [],
    dependsOn: [],
    buildDependencies: [],
    aliases: {},
    functions: {},
    messages: [],
    family: undefined,
    venv: undefined,
    conda: undefined,
  };
}

/** A variable that the module sets. */
export function takeVariable(variable: string, value: string, context: FieldContext): undefined {
  const { fields, notebook, line } = context;
  const [, inside] = /^(?:SINGULARITY|APPTAINER)ENV_(\w+)$/.exec(variable) ?? [];
  if (/^(SINGULARITY|APPTAINER)_BIND(PATH)?$/.test(variable)) return takeBinds(value, context);
  if (inside !== undefined) return takeContainerVariable(inside, value, context);
  if (isOwn(variable, value, context)) return;
  const bad = variablePattern.test(variable) ? describeBadModuleVariable(variable) : 'is no name of a variable';
  if (bad !== undefined) return notebook.say(line, `\`${variable}\` ${bad}`);
  const kept = keepValue(variable, value, context);
  if (kept !== undefined) fields.module[variable] = kept;
}

/** Variables that every module of ctinstall sets, with the same value. */
function isOwn(variable: string, value: string, { name, image }: FieldContext): boolean {
  const suffix = variableNameOf(name);
  const ofImage = {
    CONTAINERROOT: '%(installdir)s',
    RUNSCRIPTS: '%(installdir)s/runscripts',
    [`RUNSCRIPTS${suffix}`]: '%(installdir)s/runscripts',
    SIF: `%(installdir)s/${image}`,
    [`SIF${suffix}`]: `%(installdir)s/${image}`,
  };
  const own: Readonly<Record<string, string>> = {
    [`EBROOT${suffix}`]: '%(installdir)s',
    ...(image === undefined ? {} : ofImage),
  };
  return Object.hasOwn(own, variable) && own[variable] === value;
}

function keepValue(variable: string, value: string, { notebook, line }: FieldContext): string | undefined {
  if (describeBadVariableValue(value) === undefined) return value;
  const folded = /[\n]/.test(value) ? foldShell(value) : undefined;
  if (folded !== undefined && folded !== '' && describeBadVariableValue(folded) === undefined) {
    notebook.say(
      line,
      `\`${variable}\` had several lines, which a module cannot set: it has one, which means the same to a shell`,
    );
    return folded;
  }
  notebook.say(line, `\`${variable}\` is not set: its value ${describeBadVariableValue(value)}`);
  return undefined;
}

function takeContainerVariable(variable: string, value: string, context: FieldContext): undefined {
  const { fields, notebook, line } = context;
  if (variable === 'PREPEND_PATH') return takePath('prepend', value, context);
  if (variable === 'APPEND_PATH') return takePath('append', value, context);
  if (variable === 'VIRTUAL_ENV') {
    const [, venv] = /^\/user-software\/venv\/([\w.+-]+)$/.exec(value) ?? [];
    if (venv === undefined)
      return notebook.say(line, `\`VIRTUAL_ENV\` is another place than \`/user-software/venv\`: \`${value}\``);
    fields.venv = venv;
    return;
  }
  const [, root, name] = /^(?:source|\.) (\/\S+)\/bin\/activate ([\w.+-]+)$/.exec(value) ?? [];
  if (variable === 'WITH_CONDA' && root !== undefined && name !== undefined) {
    fields.conda = { name, root };
    return;
  }
  const bad = describeBadContainerVariable(variable);
  if (bad !== undefined) return notebook.say(line, `\`${variable}\` in the container ${bad}`);
  const kept = keepValue(variable, value, context);
  if (kept === undefined) return;
  if (/[$`\\]/.test(kept))
    notebook.say(line, `\`${variable}\` stands in the container as it is written: nothing in it is expanded`);
  fields.container[variable] = kept;
}

/** The container's `PATH`, but for what is on it in every install. */
function takePath(where: 'prepend' | 'append', value: string, context: FieldContext): undefined {
  const own = /^(\/runscripts|\/user-software\/venv\/[\w.+-]+\/bin)$/;
  const paths = value.split(':').filter((path) => path !== '' && !own.test(path));
  addPaths(context.fields.container, 'PATH', { where, paths, context });
}

/** `prepend_path` and `append_path` of the module. */
export function takePathChange(
  variable: string,
  path: string,
  where: 'prepend' | 'append',
  context: FieldContext,
): undefined {
  const { fields, notebook, line } = context;
  const [, inside] = /^(?:SINGULARITY|APPTAINER)ENV_(\w+)$/.exec(variable) ?? [];
  if (/^(SINGULARITY|APPTAINER)_BIND(PATH)?$/.test(variable)) return takeBinds(path, context);
  if (inside === 'PREPEND_PATH' || inside === 'APPEND_PATH') return takeContainerVariable(inside, path, context);
  if (variable === 'PATH' && path === '%(installdir)s/bin') return;
  const isOutside = variable === 'PATH' && !path.startsWith('%(installdir)s/');
  const bad =
    inside !== undefined || isOutside
      ? 'is not for an easyconfig to add to in this way'
      : describeBadModuleVariable(variable);
  if (bad !== undefined && variable !== 'PATH') return notebook.say(line, `\`${variable}\` ${bad}`);
  if (isOutside) return notebook.say(line, `\`PATH\` gets directories of the install only: \`${path}\` is left out`);
  const paths = path.split(':').filter((part) => part !== '');
  addPaths(fields.module, variable, { where, paths, context });
}

/** What is prepended later comes first. */
function addPaths(
  variables: Variables,
  variable: string,
  { where, paths, context }: { where: 'prepend' | 'append'; paths: readonly string[]; context: FieldContext },
): undefined {
  const good = paths.filter((path) => {
    const bad = describeBadPathElement(path.replace(/^%\(installdir\)s/, '/installdir'));
    if (bad !== undefined) context.notebook.say(context.line, `\`${path}\` ${bad}: \`${variable}\` goes without it`);
    return bad === undefined;
  });
  if (good.length === 0) return;
  const before = variables[variable];
  const change = typeof before === 'object' ? before : {};
  change[where] = where === 'prepend' ? [...good, ...(change.prepend ?? [])] : [...(change.append ?? []), ...good];
  variables[variable] = change;
}

/** Binds as the runtimes take them: `host[:container[:options]]`, with commas between, and between options too. */
export function takeBinds(value: string, { fields, notebook, line, image }: FieldContext): undefined {
  for (const entry of entriesOf(value)) {
    const [host = '', container = host, options = '', ...more] = entry.split(':');
    // The module binds what is of the install itself.
    if (/^(\/runscripts|\/user-software)\/?$/.test(container) && host.startsWith('%(installdir)s/')) continue;
    if (image !== undefined && host === `%(installdir)s/${image}` && container === host) continue;
    const bad = [host, container]
      .map((path) => describeBadBindPath(path.replace(/^%\(installdir\)s/, '/installdir')))
      .find((fault) => fault !== undefined);
    const said = readBindOptions(options);
    if (bad !== undefined || said === undefined || more.length > 0) {
      notebook.say(line, `the bind \`${entry}\` ${bad ?? 'has options that an easyconfig cannot say'}`);
      continue;
    }
    const isPlain = host === container && Object.keys(said).length === 0;
    const bind = isPlain ? host : { host, ...(host === container ? {} : { container }), ...said };
    if (!fields.binds.some((other) => JSON.stringify(other) === JSON.stringify(bind))) fields.binds.push(bind);
  }
}

/** An option behind a comma belongs to the bind before it. */
function entriesOf(value: string): string[] {
  const entries: string[] = [];
  for (const entry of value.split(',').map((each) => each.trim())) {
    const isOption = /^(r[ow]$|image-src=)/.test(entry);
    if (isOption && entries.length > 0) entries.push(`${entries.pop()},${entry}`);
    else if (entry !== '') entries.push(entry);
  }
  return entries;
}

/** Undefined where an easyconfig cannot say them. An image file is shown read-only, which is how all of them are used. */
function readBindOptions(options: string): { access?: 'ro'; image_src?: string } | undefined {
  const said: { access?: 'ro'; image_src?: string } = {};
  for (const option of options.split(',')) {
    const [, directory] = /^image-src=(\/.*)$/.exec(option) ?? [];
    if (directory !== undefined && describeBadBindPath(directory) === undefined) said.image_src = directory;
    else if (option === 'ro') said.access = 'ro';
    else if (option !== '' && option !== 'rw') return undefined;
  }
  return said.image_src === undefined ? said : { image_src: said.image_src };
}

export function takeModuleName(
  list: 'conflicts' | 'dependsOn' | 'buildDependencies',
  name: string,
  { fields, notebook, line, name: own }: FieldContext,
): undefined {
  if (list === 'conflicts' && name === own) return;
  if (!moduleNamePattern.test(name)) return notebook.say(line, `\`${name}\` is no name of a module`);
  if (!fields[list].includes(name)) fields[list].push(name);
}
