import type { Issue } from '../../easyconfig/types.ts';
import { formatValue } from '../../lib/format.ts';
import { didYouMean } from '../../lib/near.ts';
import type { Section } from './divide.ts';
import { issueAt, placeOf } from './place.ts';
import { type Script, type ScriptName, scriptNames } from './types.ts';

const appSections = ['install', 'labels', 'files', 'env', 'test', 'help', 'run', 'start'].map((name) => `app${name}`);
const sectionNames = [...scriptNames, 'files', 'labels', 'arguments', ...appSections];

/** What is wrong with the line of a section. */
export function checkSection({ name, args, line }: Section): Issue[] {
  if (/^\s/.test(line.written))
    return [
      issueAt(
        line,
        undefined,
        'a line whose first sign is `%` begins a section, and this one is not at the beginning of its line',
        'remove the blanks; in a script, put something in front of the `%`',
      ),
    ];
  if (!sectionNames.includes(name))
    return [
      issueAt(
        line,
        `%${name}`,
        `there is no section \`%${formatValue(name)}\``,
        didYouMean(name, sectionNames)?.replaceAll(/`(\w+)`/g, '`%$1`') ??
          'in a script, put something in front of a `%` that begins a line',
      ),
    ];
  if (isAppSection(name) && args === '') return [issueAt(line, undefined, `\`%${name}\` needs the name of an app`)];
  return [];
}

export function isAppSection(name: string): boolean {
  return appSections.includes(name);
}

/** A section that is given again adds to what it has. */
export function readScripts(sections: readonly Section[]): Partial<Record<ScriptName, Script>> {
  const scripts: Partial<Record<ScriptName, Script>> = {};
  for (const { name, args, body, line } of sections) {
    const script = scriptNames.find((known) => known === name);
    if (script === undefined) continue;
    const before = scripts[script];
    scripts[script] = {
      args: [before?.args ?? '', args].filter((text) => text !== '').join(' '),
      text: (before?.text ?? '') + body.map(({ text }) => `${text}\n`).join(''),
      place: before?.place ?? placeOf(line),
    };
  }
  return scripts;
}

/** Lines `name value`; a value may be empty. */
export function readLabels(sections: readonly Section[]): [string, string][] {
  return sections
    .filter(({ name }) => name === 'labels')
    .flatMap(({ body }) => parseLabels(body.map(({ text }) => text).join('\n')));
}

/** Also what `%post` writes into `$APPTAINER_LABELS`. */
export function parseLabels(text: string): [string, string][] {
  return text.split('\n').flatMap((line): [string, string][] => {
    const [, name = '', value = ''] = /^\s*(?!#)(\S+)\s*(.*?)\s*$/.exec(line) ?? [];
    return name === '' ? [] : [[name, value]];
  });
}
