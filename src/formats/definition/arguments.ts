import type { Issue } from '../../easyconfig/types.ts';
import { formatValue } from '../../lib/format.ts';
import { didYouMean } from '../../lib/near.ts';
import { divideSections } from './divide.ts';
import { issueAt } from './place.ts';
import type { Line } from './types.ts';

export type BuildArguments = Readonly<Record<string, string>>;

interface Filled {
  readonly lines: readonly Line[];
  readonly issues: readonly Issue[];
  /** Names that a template asked for. */
  readonly used: ReadonlySet<string>;
}

/**
 * Fills the templates of one stage: `--build-arg` counts more than its section `%arguments`. A comment may hold what has no
 * value, as Apptainer has it.
 */
export function fillStage(lines: readonly Line[], given: BuildArguments): Filled {
  const { values, issues } = readArguments(lines, given);
  const used = new Set<string>();
  const found = [...issues];
  const filled = lines.map((line) => {
    const comment = line.written.indexOf('#');
    const text = line.written.replace(/\{\{\s*(\w+)\s*\}\}/g, (template, name: string, at: number) => {
      const value = values.get(name);
      if (value !== undefined) {
        used.add(name);
        return value;
      }
      if (comment === -1 || at < comment)
        found.push(
          issueAt(
            line,
            template,
            `\`${name}\` has no value`,
            didYouMean(name, [...values.keys()]) ??
              `give it one: \`--build-arg ${name}=…\`, or in a section \`%arguments\``,
          ),
        );
      return template;
    });
    return { ...line, text };
  });
  return { lines: filled, issues: found, used };
}

function readArguments(lines: readonly Line[], given: BuildArguments) {
  const values = new Map(Object.entries(given));
  const issues: Issue[] = [];
  for (const { name, body } of divideSections(lines).sections) {
    if (name !== 'arguments') continue;
    for (const line of body) {
      const text = line.written.trim();
      if (text === '' || text.startsWith('#')) continue;
      const [, key, value = ''] = /^(\w+)\s*=\s*(.*)$/.exec(text) ?? [];
      if (key === undefined)
        issues.push(issueAt(line, undefined, 'this is not `NAME=VALUE`', 'a name is made of letters, digits and `_`'));
      else if (!Object.hasOwn(given, key))
        values.set(
          key,
          value.replace(/\{\{\s*(\w+)\s*\}\}/g, (template, name: string) => values.get(name) ?? template),
        );
    }
  }
  return { values, issues };
}

/** What no template asks for: a name that was misspelt. */
export function findUnused(given: BuildArguments, used: ReadonlySet<string>, known: readonly string[]): Issue[] {
  return Object.entries(given).flatMap(([name, value]) => {
    if (used.has(name)) return [];
    const text = `${name}=${value}`;
    return [
      {
        message: `the definition file has no \`{{ ${formatValue(name)} }}\``,
        hint: didYouMean(name, known) ?? (known.length === 0 ? 'it has no templates' : `it has: ${known.join(', ')}`),
        place: {
          line: 1,
          column: 1,
          length: Array.from(name).length,
          in: { name: `--build-arg ${text}`, text, isFlag: true },
        },
      },
    ];
  });
}

/** The names of all templates. */
export function namesOfTemplates(text: string): string[] {
  return [...new Set(Array.from(text.matchAll(/\{\{\s*(\w+)\s*\}\}/g), ([, name = '']) => name))];
}
