import { comment, exact, prose, quote } from './render-draft.ts';

/** What `ctinstall wrap` makes an easyconfig of. All texts are meant as they stand: none holds a template. */
export interface Wrapped {
  readonly name: string;
  readonly version: string;
  readonly versionsuffix: string;
  /** One line that says what it is. */
  readonly about: string;
  /** The command line that made it. */
  readonly command: string;
  readonly image: {
    readonly file: string;
    /** Where it lies, if it would not be found by its file name. */
    readonly directory?: string | undefined;
    readonly source?: string | undefined;
    readonly mode?: 'copy';
  };
  /** Places of the host that are seen at their own paths, where they are there. */
  readonly binds: readonly string[];
  readonly python?: Flow;
  readonly userSoftware?: { readonly path?: string; readonly from?: string; readonly pack?: true };
  readonly wrappers: readonly WrappedWrapper[];
}

export type WrappedWrapper =
  | { readonly name: string; readonly command?: string }
  /** A directory in the container. */
  | { readonly from: string };

/** A value as YAML writes it on one line. */
export type Flow = string | boolean | readonly Flow[] | { readonly [key: string]: Flow };

/** The text of the easyconfig. */
export function renderWrapped(wrapped: Wrapped): string {
  const { image, binds, python, userSoftware, wrappers } = wrapped;
  const lines = [
    `# Written by: ${comment(wrapped.command)}`,
    '# Yours to edit; then: ctinstall --rebuild <this file>',
    '',
    `name: ${quote(wrapped.name)}`,
    `version: ${quote(wrapped.version)}`,
    ...(wrapped.versionsuffix === '' ? [] : [`versionsuffix: ${quote(wrapped.versionsuffix)}`]),
    `description: ${prose(wrapped.about)}`,
    `whatis: [${prose(`Description: ${wrapped.about}`)}]`,
    'image:',
    `  file: ${exact(image.file)}`,
    ...(image.directory === undefined ? [] : [`  directory: ${quote(image.directory)}`]),
    ...(image.source === undefined ? [] : [`  source: ${exact(image.source)}`]),
    ...(image.mode === undefined ? [] : [`  mode: ${image.mode}`]),
    ...(binds.length === 0 ? [] : ['binds:', ...binds.map((host) => `  - { host: ${exact(host)}, optional: true }`)]),
    ...(python === undefined ? [] : [`python: ${renderFlow(python)}`]),
    ...(userSoftware === undefined ? [] : [`user_software: ${renderFlow(withoutUndefined(userSoftware))}`]),
    'wrappers:',
    '  - start-shell',
    ...wrappers.map((wrapper) => `  - ${renderFlow('from' in wrapper ? wrapper : withoutUndefined(wrapper))}`),
  ];
  return `${lines.join('\n')}\n`;
}

function renderFlow(value: Flow): string {
  if (typeof value === 'string') return quote(value);
  if (typeof value === 'boolean') return String(value);
  if (Array.isArray(value)) return `[${value.map(renderFlow).join(', ')}]`;
  return `{ ${Object.entries(value)
    .map(([key, each]) => `${key}: ${renderFlow(each)}`)
    .join(', ')} }`;
}

function withoutUndefined(value: Readonly<Record<string, Flow | undefined>>): Flow {
  return Object.fromEntries(Object.entries(value).flatMap(([key, each]) => (each === undefined ? [] : [[key, each]])));
}
