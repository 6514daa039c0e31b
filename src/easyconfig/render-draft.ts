import { formatValue } from '../lib/format.ts';
import type { Draft, ImageFacts } from './draft.ts';

export interface RenderOptions {
  readonly facts: ImageFacts;
  /** Bind groups that the settings name. */
  readonly groups: readonly string[];
  /** Where the JSON Schema is, for editors. */
  readonly schema: string | undefined;
  /** The image as the user named it. */
  readonly image: string;
  /** Why nobody looked into the image. */
  readonly notLooked: string | undefined;
}

/** The text of an easyconfig. What images say of themselves is quoted, or a comment of one line. */
export function renderDraft(draft: Draft, options: RenderOptions): string {
  const { facts, groups, schema, image, notLooked } = options;
  const { name, version, versionsuffix } = draft;
  const inside = facts.inside;
  const lines = [
    ...(schema === undefined ? [] : [`# yaml-language-server: $schema=${comment(schema)}`]),
    `# A first draft by \`ctinstall new\` from ${comment(image)}: mend it, then`,
    `#   ctinstall check --easyconfig ${name}-${version}${versionsuffix}.yaml`,
    '',
    `name: ${quote(name)}   # from ${draft.nameFrom}`,
    `version: ${quote(version)}   # from ${draft.versionFrom}`,
    ...(versionsuffix === '' ? [] : [`versionsuffix: ${quote(versionsuffix)}`]),
    ...(draft.homepage === undefined ? ['# homepage: https://…'] : [`homepage: ${prose(draft.homepage)}`]),
    'whatis:',
    `  - ${prose(`Description: ${firstLine(draft.summary) ?? `${name}, in a container`}`)}`,
    `description: ${prose(draft.summary ?? `${name} ${version}, in a container.`)}`,
    ...(draft.docurls.length === 0 ? [] : [`docurls: [${draft.docurls.map(prose).join(', ')}]`]),
    '',
    ...imageLines(draft, facts),
    '',
    ...(groups.length === 0 ? ['# binds: []'] : ['binds:   # what they mean, the settings of each site say']),
    ...groups.map((group) => `  - site: ${group}`),
    'wrappers: [start-shell]',
    ...pythonLines(draft, facts),
    '',
    'sanity_check_commands:   # run inside the container: make it prove that the software works',
    `  - ${prose(draft.sanityCheck)}`,
    ...(draft.extensions.length === 0 ? [] : ['extensions:   # what `module spider` finds: keep what users look for']),
    ...draft.extensions.map((extension) => `  - ${quote(extension)}`),
    '',
    ...(notLooked === undefined ? [] : [`# Nobody has looked into the image: ${comment(notLooked)}`]),
    ...(inside?.system === undefined ? [] : [`# In the image: ${comment(inside.system)}`]),
    ...(inside === undefined || inside.commands.length === 0
      ? []
      : [`# Commands in it that may be worth a wrapper: ${inside.commands.map(comment).join(' ')}`]),
    ...labelLines(facts.labels),
    ...runscriptLines(facts.runscript),
  ];
  return `${lines.join('\n').trimEnd()}\n`;
}

function imageLines(draft: Draft, { source, sha256 }: ImageFacts): string[] {
  const from = draft.builtFrom;
  return [
    'image:',
    `  file: ${exact(draft.file)}`,
    ...(sha256 === undefined ? [] : [`  sha256: ${sha256}`]),
    ...(draft.source === undefined ? [] : [`  source: ${exact(draft.source)}`]),
    ...(draft.source === undefined && from === undefined ? ['  # source: docker://…   # where others get it'] : []),
    ...(from === undefined ? [] : [`  # built from ${comment(from)}, with changes`]),
    ...(source === undefined ? [] : ['  # known of it without pulling it: its name and tag, no more']),
  ];
}

function pythonLines({ condaEnvironment, name }: Draft, { inside }: ImageFacts): string[] {
  const { conda, python } = inside ?? {};
  const about = python === undefined ? [] : [`# Python ${comment(python.version)}: ${comment(python.path)}`];
  const venv = `  # venv: { name: ${name} }   # for packages that users add with pip`;
  if (conda !== undefined && condaEnvironment !== undefined)
    return [
      'runscripts: [conda-python-simple]',
      '',
      ...about,
      'python:',
      `  conda_env: ${quote(condaEnvironment)}   # there are: ${['base', ...conda.environments].map(comment).join(' ')}`,
      `  conda_root: ${quote(conda.root)}`,
      venv,
    ];
  return python === undefined ? [] : ['', ...about, '# python:', venv.replace('  #', '#  ')];
}

function labelLines(labels: Readonly<Record<string, string>>): string[] {
  const names = Object.keys(labels).sort();
  if (names.length === 0) return [];
  return [
    '# Labels of the image, and of those that it is built on:',
    ...names.slice(0, mostLines).map((name) => `#   ${comment(name)}: ${comment(labels[name] ?? '')}`),
  ];
}

function runscriptLines(runscript: string | undefined): string[] {
  // What the runtime writes where there is none; and its licence, where there is one.
  const lines = (runscript ?? '').split('\n').filter((line) => !/^\s*(#|$)/.test(line));
  if (lines.length === 0 || /There is no runscript defined/.test(runscript ?? '')) return [];
  return ['# What `singularity run` does:', ...lines.slice(0, mostLines).map((line) => `#   ${comment(line)}`)];
}

/** More than this of one kind nobody reads. */
const mostLines = 60;
const mostCharacters = 5000;

/** One line, whatever the text holds. */
export function comment(text: string): string {
  return escapeUnprintable(formatValue(text.trim(), 200));
}

function firstLine(text: string | undefined): string | undefined {
  return text?.trim().split('\n')[0]?.slice(0, 200);
}

/** A quoted text that must stay as it is; `%` stands for itself. */
export function exact(text: string): string {
  return quote(text.replaceAll('%', '%%'));
}

/** A quoted text with nothing that a terminal obeys; `%` stands for itself. */
export function prose(text: string): string {
  const plain = text
    .toWellFormed()
    .replace(/[\p{Zl}\p{Zp}]/gu, ' ')
    .replace(/[^\P{Cc}\n\t]|\p{Cf}/gu, '');
  return exact(plain.trim().slice(0, mostCharacters).toWellFormed());
}

/** YAML's double quotes take all that JSON's do. */
export function quote(text: string): string {
  return escapeUnprintable(JSON.stringify(text));
}

/** What YAML allows in no file (U+FFFF), and what nobody sees. */
function escapeUnprintable(text: string): string {
  return text.replace(
    /[\p{C}\p{Zl}\p{Zp}]/gu,
    (character) => `\\U${(character.codePointAt(0) ?? 0).toString(16).padStart(8, '0')}`,
  );
}
