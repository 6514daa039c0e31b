import { formatValue } from '../lib/format.ts';
import type { Draft } from './draft.ts';
import type { ImageFacts } from './image-facts.ts';

export interface RenderOptions {
  readonly facts: ImageFacts;
  /** Bind groups that the settings name. */
  readonly groups: readonly string[];
  /** Where the JSON Schema is, for editors. */
  readonly schema: string | undefined;
  /** What the easyconfig is called, where its name and version do not say it. */
  readonly file?: string | undefined;
  /** The image as the user named it. */
  readonly image: string;
  /** Where the image lies, if it would not be found by its file name. */
  readonly directory: string | undefined;
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
    `# A first draft by \`ctinstall new\` from ${comment(image)}: edit it, then`,
    `#   ctinstall check --easyconfig ${comment(options.file ?? `${name}-${version}${versionsuffix}.yaml`)}`,
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
    ...imageLines(draft, options),
    '',
    ...(groups.length === 0 ? ['# binds: []'] : ['binds:   # groups of paths that the settings of the site define']),
    ...groups.map((group) => `  - site: ${group}`),
    `wrappers: [${['start-shell', ...draft.wrappers.map(plainOrQuoted)].join(', ')}]`,
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

function plainOrQuoted(name: string): string {
  return /^[A-Za-z][\w-]*$/.test(name) && !/^(y|n|yes|no|on|off|true|false|null)$/i.test(name) ? name : quote(name);
}

function imageLines(draft: Draft, { facts: { source, sha256, inside, built }, directory }: RenderOptions): string[] {
  const from = draft.builtFrom;
  return [
    'image:',
    `  file: ${exact(draft.file)}`,
    ...(directory === undefined ? [] : [`  directory: ${quote(directory)}   # where it lies here`]),
    ...(sha256 === undefined ? [] : [`  sha256: ${sha256}`]),
    ...(draft.source === undefined ? [] : [`  source: ${exact(draft.source)}`]),
    ...(draft.source === undefined && from === undefined ? ['  # source: docker://…   # where others get it'] : []),
    ...(from === undefined
      ? []
      : [
          `  # built ${built === undefined ? 'from' : 'on'} ${comment(from)}${built === undefined ? ', with changes' : ''}`,
        ]),
    ...(built === undefined ? [] : ['  # `build:` in the easyconfig has each install make it itself: docs/build.md']),
    ...(source === undefined || inside !== undefined
      ? []
      : ['  # known of it without pulling it: its name and tag, no more']),
  ];
}

function pythonLines({ condaEnvironment, name, hasVenv }: Draft, { inside }: ImageFacts): string[] {
  const { conda, python } = inside ?? {};
  const about = python === undefined ? [] : [`# Python ${comment(python.version)}: ${comment(python.path)}`];
  const venv = `  ${hasVenv ? '' : '# '}venv: { name: ${plainOrQuoted(name)} }   # for packages that users add with pip`;
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
  if (python === undefined) return [];
  return ['', ...about, ...(hasVenv ? ['python:', venv] : ['# python:', venv.replace('  #', '#  ')])];
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
