import { type FieldContext, takePathChange } from './fields.ts';
import { entriesOf, listOf } from './parameters.ts';
import type { Parameter } from './read-recipe.ts';
import type { Value } from './values.ts';

/** `modextrapaths`: paths from the install dir that the module adds to variables. */
export function takeExtraPaths(
  given: { readonly prepend: Parameter | undefined; readonly append: Parameter | undefined },
  context: Omit<FieldContext, 'line'>,
): void {
  const { notebook } = context;
  for (const usual of ['prepend', 'append'] as const)
    for (const { key: variable, value, line } of entriesOf(given[usual])) {
      const { paths, where, fault } = pathsOf(value, usual);
      if (fault !== undefined) notebook.say(line, `\`${variable}\` ${fault}`);
      for (const path of paths)
        takePathChange(
          variable,
          path.startsWith('/') || path.startsWith('%(installdir)s') ? path : `%(installdir)s/${path}`,
          where,
          { ...context, line },
        );
    }
}

/** A path, a list of them, or a dictionary with `paths` and how they are added. */
function pathsOf(
  value: Value,
  usual: 'prepend' | 'append',
): { paths: readonly string[]; where: 'prepend' | 'append'; fault?: string } {
  if (value.kind !== 'dict') {
    const isUnderstood = value.kind === 'text' || (value.kind === 'list' && value.items.every(isText));
    return {
      paths: listOf(value),
      where: usual,
      ...(isUnderstood ? {} : { fault: 'gets something else than paths, which is not carried over' }),
    };
  }
  const at = (key: string): Value | undefined => value.entries.findLast((entry) => entry.key === key)?.value;
  const [paths, delimiter, prepend, append] = ['paths', 'delimiter', 'prepend', 'append'].map(at);
  if (delimiter !== undefined && (delimiter.kind !== 'text' || delimiter.text !== ':'))
    return { paths: [], where: usual, fault: 'has another separator than `:`, and is not carried over' };
  const isAppended = isFalse(prepend) || (append?.kind === 'truth' && append.value);
  return { paths: listOf(paths), where: isAppended ? 'append' : usual };
}

function isText({ kind }: Value): boolean {
  return kind === 'text';
}

function isFalse(value: Value | undefined): boolean {
  return value?.kind === 'truth' && !value.value;
}
