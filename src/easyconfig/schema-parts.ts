import * as z from 'zod';
import { formatValue } from '../lib/format.ts';
import { describeBadProse, describeBadText } from './rules.ts';
import { findUnknownTemplates, templateNames } from './templates.ts';
import { mostEntries } from './totals.ts';

/** What the schema of an easyconfig is put together of. */

export const templated = z.string().superRefine((value, context) => {
  const bad = describeBadText(value);
  if (bad !== undefined) return context.addIssue({ code: 'custom', message: `\`${formatValue(value)}\` ${bad}` });
  const [unknown] = findUnknownTemplates(value);
  if (unknown !== undefined)
    context.addIssue({
      code: 'custom',
      message: `\`%(${formatValue(unknown)})s\` is no template`,
      params: {
        hint: `templates are ${templateNames.map((name) => `\`%(${name})s\``).join(', ')}; \`%%\` stands for \`%\``,
      },
    });
});

export function ruled<Schema extends z.ZodType<string>>(
  schema: Schema,
  describeBad: (value: string) => string | undefined,
  hint?: string | ((value: string) => string | undefined),
) {
  return schema.superRefine((value, context) => {
    const bad = describeBad(value);
    if (bad !== undefined)
      context.addIssue({
        code: 'custom',
        message: value === '' ? 'must not be empty' : `\`${formatValue(value)}\` ${bad}`,
        params: { hint: typeof hint === 'function' ? hint(value) : hint },
      });
  });
}

/** Text for people. */
export const prose = ruled(templated, describeBadProse);

/** Text of one line, as module variables and `whatis` lines need. */
export const line = prose.refine((value) => !/[\n\r]/.test(value), 'must be one line');

export function list<Item extends z.ZodType>(item: Item) {
  return z.array(item).max(mostEntries, `must have at most ${mostEntries} entries`);
}

export function matching(pattern: RegExp, what: string, hint: string) {
  return z.string().superRefine((value, context) => {
    if (!pattern.test(value))
      context.addIssue({
        code: 'custom',
        message: value === '' ? 'must not be empty' : `\`${formatValue(value)}\` is not a valid ${what}`,
        params: { hint },
      });
  });
}

export const namePart = 'letters, digits and `.`, `_`, `+`, `-`, beginning with a letter or digit, at most 128';
