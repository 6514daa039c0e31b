import {
  aliasPattern,
  describeBadAlias,
  describeBadFamily,
  describeBadFunction,
  describeBadShellName,
} from '../../easyconfig/shell-rules.ts';
import { foldShell } from '../../lib/fold-shell.ts';
import { formatLine } from '../../lib/format.ts';
import { readable } from '../imported.ts';
import type { FieldContext } from './fields.ts';

/** What a recipe has its module do in the shell beside variables. */

export function takeAlias(name: string, text: string, { fields, notebook, line }: FieldContext): undefined {
  const bad = describeBadName(name) ?? describeBadAlias(text);
  if (bad !== undefined) return notebook.say(line, `no alias \`${formatLine(name)}\`: it ${bad}`);
  fields.aliases[name] = text;
}

/** `csh` is what Lmod gives to shells of this kind. */
export function takeFunction(
  name: string,
  { bash, csh = '' }: { bash: string; csh?: string },
  { fields, notebook, line }: FieldContext,
): undefined {
  const folded = bash.includes('\n') ? (foldShell(bash) ?? bash) : bash;
  const bad = describeBadName(name) ?? describeBadFunction(folded);
  if (bad !== undefined) return notebook.say(line, `no function \`${formatLine(name)}\`: it ${bad}`);
  const badInCsh = csh === '' ? undefined : describeBadAlias(csh);
  if (badInCsh !== undefined) notebook.say(line, `no function \`${name}\` in csh: it ${badInCsh}`);
  fields.functions[name] = csh === '' || badInCsh !== undefined ? folded : { bash: folded, csh };
}

export function takeFamily(family: string, { fields, notebook, line }: FieldContext): undefined {
  const bad =
    fields.family === undefined ? describeBadFamily(family) : 'comes after another: a module is of one family';
  if (bad !== undefined) return notebook.say(line, `the family \`${formatLine(family)}\` ${bad}`);
  fields.family = family;
}

export function takeLoadMessage(text: string, { fields }: FieldContext): undefined {
  const said = readable(text).trim();
  if (said !== '') fields.messages.push(said);
}

function describeBadName(name: string): string | undefined {
  return aliasPattern.test(name) ? describeBadShellName(name) : 'has a name that not every shell takes';
}
