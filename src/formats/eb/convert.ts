import { groupPattern, namePattern, sha256Pattern, versionSuffixPattern } from '../../easyconfig/rules.ts';
import type { WrittenEasyconfig } from '../../easyconfig/schema.ts';
import { formatLine } from '../../lib/format.ts';
import { type Imported, readable } from '../imported.ts';
import { takeChecks } from './checks.ts';
import { takeExtraPaths } from './extra-paths.ts';
import { noFields, takeModuleName, takeVariable } from './fields.ts';
import { fillAll, fillForEasyconfig, mapTexts, templatesOf, unknownTemplates } from './fill.ts';
import { takeFooter } from './footer.ts';
import { plainText } from './formatting.ts';
import { describeSources } from './image-of.ts';
import { takeInstallCommands } from './install-commands.ts';
import { nothingMade } from './made.ts';
import { openNotebook } from './notebook.ts';
import { dependenciesOf, entriesOf, listOf, sayOfKinds, textOf } from './parameters.ts';
import { type Parameter, readRecipe } from './read-recipe.ts';
import { takeScripts } from './scripts.ts';
import { takeAlias, takeLoadMessage } from './shell-fields.ts';
import { describeKind, RecipeFault, type Value } from './values.ts';

/** Parameters that say how EasyBuild works, and nothing of what is installed. */
const ofEasyBuild = new Set(
  [
    'easyblock',
    'toolchain',
    'toolchainopts',
    'skipsteps',
    'files_to_copy',
    'sources',
    'source_urls',
    'checksums',
    'patches',
  ].concat([
    'unpack_sources',
    'extract_sources',
    'buildininstalldir',
    'parallel',
    'maxparallel',
    'sanity_check_all_ranks',
    'runtest',
    'start_dir',
  ]),
);

/**
 * Makes an easyconfig of an EasyBuild recipe for a container. Nothing of the recipe is run, and nothing guessed: what cannot
 * be carried over is in the notes.
 * @throws RecipeFault for what is not understood at all, and for a recipe of something else than a container
 */
export function convertRecipe(text: string): Imported {
  const recipe = readRecipe(text);
  const notebook = openNotebook();
  const given = new Map(recipe.parameters);
  const raw = (key: string): string => textOf(given.get(key)) ?? '';
  const templates = templatesOf({
    name: raw('name'),
    version: raw('version'),
    versionsuffix: raw('versionsuffix'),
    account: textOf(given.get('github_account')),
  });
  const plain = (key: string): string | undefined => {
    const value = textOf(given.get(key));
    return value === undefined ? undefined : fillAll(value, templates);
  };
  const used = new Set<string>();
  const take = (key: string): Parameter | undefined => {
    used.add(key);
    const found = given.get(key);
    if (found !== undefined) sayOfTemplates(found.value);
    return found && { ...found, value: mapTexts(found.value, (each) => fillForEasyconfig(each, templates)) };
  };
  const sayOfTemplates = (value: Value): void => {
    for (const { name: template, line: at } of unknownTemplates(value, templates))
      notebook.say(at, `\`%(${template})s\` is left as it is written: only EasyBuild knows what it stands for`);
  };
  const line = (key: string): string | undefined => oneLine(textOf(take(key)));

  const section = (key: string): string | undefined => proseOf(textOf(take(key)));

  sayOfKinds(given, notebook);
  const { name, version, versionsuffix } = describeName(given, plain);
  const { image, beside, source, sha256 } = describeSources(given, { templates, notebook });
  const made = nothingMade();
  const fields = noFields();
  const context = { fields, notebook, name, image };
  const commands = take('postinstallcmds');
  for (const file of beside.placed) made.files.set(file.path, file);
  if (commands !== undefined) takeInstallCommands(commands.value, { made, notebook, image, beside: beside.names });
  for (const { key, value, line: at } of entriesOf(take('modextravars'))) {
    const plain = plainText(value);
    if (plain !== undefined) takeVariable(key, plain, { ...context, line: at });
    else notebook.say(at, `\`${key}\` is ${describeKind(value)}`);
  }
  takeExtraPaths({ prepend: take('modextrapaths'), append: take('modextrapaths_append') }, context);
  for (const [key, language] of [
    ['modluafooter', 'lua'],
    ['modtclfooter', 'tcl'],
  ] as const) {
    const footer = take(key)?.value;
    if (footer?.kind !== 'text') continue;
    if (key === 'modtclfooter' && given.get('modluafooter')?.value.kind === 'text') {
      notebook.say(footer.line, '`modtclfooter` is not carried over: `modluafooter` is');
      continue;
    }
    takeFooter(footer, language, context);
  }
  for (const [key, list] of [
    ['dependencies', 'dependsOn'],
    ['builddependencies', 'buildDependencies'],
  ] as const)
    for (const { name: module, line: at } of dependenciesOf(take(key), notebook))
      takeModuleName(list, module, { ...context, line: at });
  for (const { key: alias, value, line: at } of entriesOf(take('modaliases')))
    if (value.kind === 'text') takeAlias(alias, value.text, { ...context, line: at });
  const said = take('modloadmsg');
  if (said?.value.kind === 'text') takeLoadMessage(said.value.text, { ...context, line: said.line });
  const scripts = takeScripts(made, notebook, { name, image });
  if (image === undefined && (fields.venv ?? fields.conda) !== undefined)
    notebook.say(undefined, 'without an image there is no environment of Python to be activated');
  const checks = takeChecks(
    { paths: take('sanity_check_paths'), commands: take('sanity_check_commands') },
    { name, image, notebook },
  );
  const inContainer = [...scripts.commands, ...made.inContainer];
  if (image === undefined)
    for (const command of inContainer)
      notebook.say(undefined, `not carried over, as there is no image: \`${formatLine(command)}\``);
  const venv = made.venv ?? (fields.venv === undefined ? undefined : { name: fields.venv, requirements: undefined });
  const moduleclass = plain('moduleclass');
  used.add('moduleclass');
  if (moduleclass !== undefined && !groupPattern.test(moduleclass))
    notebook.say(
      given.get('moduleclass')?.line,
      `\`${formatLine(moduleclass)}\` is no \`moduleclass\` that ctinstall can take`,
    );
  const easyconfig = withoutUndefined({
    name,
    version,
    versionsuffix: versionsuffix === '' ? undefined : versionsuffix,
    homepage: line('homepage'),
    whatis: nonEmpty(
      listOf(take('whatis')?.value)
        .map((each) => oneLine(each) ?? '')
        .filter((each) => each !== ''),
    ),
    description: section('description'),
    usage: section('usage'),
    examples: section('examples'),
    citing: section('citing'),
    docurls: nonEmpty(listOf(take('docurls')?.value).map((each) => oneLine(each) ?? '')),
    moduleclass: moduleclass !== undefined && groupPattern.test(moduleclass) ? moduleclass : undefined,
    depends_on: nonEmpty(fields.dependsOn),
    build_dependencies: nonEmpty(fields.buildDependencies),
    conflicts: nonEmpty(fields.conflicts),
    ...describeShell(fields),
    module_kind: image === undefined ? undefined : ('environment' as const),
    hidden: given.get('hidden')?.value.kind === 'truth' && take('hidden')?.value ? true : undefined,
    image:
      image === undefined
        ? ('none' as const)
        : withoutUndefined({
            file: image.replace(/%(?=%|\(\w+\)s)/g, '%%'),
            sha256: sha256 !== undefined && sha256Pattern.test(sha256) ? sha256 : undefined,
            source,
          }),
    binds: nonEmpty(fields.binds),
    runscripts: nonEmpty(scripts.runscripts),
    wrappers: nonEmpty(scripts.wrappers),
    files: nonEmpty(scripts.files),
    python: image === undefined ? undefined : describePython(venv, fields.conda),
    user_software: made.isPacked && image !== undefined ? { pack: true } : undefined,
    env: describeEnvironment(fields),
    sanity_check_paths: checks.paths,
    post_install: nonEmpty(image === undefined ? [] : inContainer),
    sanity_check_commands: nonEmpty(checks.commands),
  });
  for (const [key, { line: at }] of given)
    if (
      !used.has(key) &&
      !ofEasyBuild.has(key) &&
      !key.startsWith('local_') &&
      !['name', 'version', 'versionsuffix'].includes(key)
    )
      notebook.say(at, `\`${formatLine(key)}\` is not carried over`);
  return {
    easyconfig: easyconfig as WrittenEasyconfig,
    notes: notebook.notes.toSorted((a, b) => (a.line ?? 0) - (b.line ?? 0)),
    replaced: notebook.replaced,
    remarks: recipe.docs,
  };
}

function describeName(given: ReadonlyMap<string, Parameter>, plain: (key: string) => string | undefined) {
  const check = (key: string, pattern: RegExp, otherwise?: string): string => {
    const value = plain(key) ?? otherwise;
    const line = given.get(key)?.line ?? 1;
    const hint = `such as \`${key} = '${key === 'name' ? 'Tool' : key === 'version' ? '1.0' : '-cpu'}'\``;
    if (value === undefined && given.has(key)) throw new RecipeFault(line, `\`${key}\` must be text`, hint);
    if (value === undefined) throw new RecipeFault(line, `this is no EasyBuild recipe: it has no \`${key}\``, hint);
    if (!pattern.test(value))
      throw new RecipeFault(line, `\`${formatLine(value)}\` is no ${key} that ctinstall can take`, hint);
    return value;
  };
  return {
    name: check('name', namePattern),
    version: check('version', namePattern),
    versionsuffix: check('versionsuffix', versionSuffixPattern, ''),
  };
}

/** A section of the help. */
function proseOf(text: string | undefined): string | undefined {
  const said = readable(text ?? '')
    .trim()
    .replace(/[ \t]+$/gm, '');
  return said === '' ? undefined : `${said}\n`;
}

function describePython(
  venv: { name: string; requirements: string | string[] | undefined } | undefined,
  conda: { name: string; root: string } | undefined,
) {
  if (venv === undefined && conda === undefined) return undefined;
  return withoutUndefined({
    conda_env: conda?.name,
    conda_root: conda === undefined || conda.root === '/opt/miniconda3' ? undefined : conda.root,
    venv: venv && withoutUndefined({ name: venv.name, requirements: venv.requirements }),
  });
}

function describeEnvironment({ module, container }: ReturnType<typeof noFields>) {
  const env = withoutUndefined({
    module: Object.keys(module).length === 0 ? undefined : module,
    container: Object.keys(container).length === 0 ? undefined : container,
  });
  return Object.keys(env).length === 0 ? undefined : env;
}

function describeShell({ family, aliases, functions, messages }: ReturnType<typeof noFields>) {
  return withoutUndefined({
    family,
    aliases: Object.keys(aliases).length === 0 ? undefined : aliases,
    functions: Object.keys(functions).length === 0 ? undefined : functions,
    load_message: messages.length === 0 ? undefined : messages.join('\n'),
  });
}

function oneLine(value: string | undefined): string | undefined {
  return value === undefined
    ? undefined
    : readable(value)
        .trim()
        .replace(/\s*\n\s*/g, ' ');
}

function nonEmpty<Item>(items: readonly Item[]): Item[] | undefined {
  return items.length === 0 ? undefined : [...items];
}

function withoutUndefined<Entries extends Record<string, unknown>>(entries: Entries): Entries {
  return Object.fromEntries(Object.entries(entries).filter(([, value]) => value !== undefined)) as Entries;
}
