import type { Notebook } from './notebook.ts';
import type { Parameter } from './read-recipe.ts';
import { type Dict, describeKind, type Value } from './values.ts';

export function textOf(parameter: Parameter | undefined): string | undefined {
  return parameter?.value.kind === 'text' ? parameter.value.text : undefined;
}

/** The texts of a list, or the one that stands in its place. */
export function listOf(value: Value | undefined): string[] {
  if (value?.kind === 'text') return [value.text];
  return value?.kind === 'list' ? value.items.flatMap((item) => (item.kind === 'text' ? [item.text] : [])) : [];
}

export function entriesOf(parameter: Parameter | undefined): Dict['entries'] {
  return parameter?.value.kind === 'dict' ? parameter.value.entries : [];
}

/** What kind of value EasyBuild takes, of the parameters that are carried over. */
const kinds: Readonly<Record<string, readonly Value['kind'][]>> = {
  ...Object.fromEntries(
    ['homepage', 'description', 'usage', 'examples', 'citing', 'moduleclass', 'modluafooter', 'modtclfooter'].map(
      (key) => [key, ['text']],
    ),
  ),
  modloadmsg: ['text'],
  whatis: ['list', 'text'],
  docurls: ['list', 'text'],
  postinstallcmds: ['list', 'text'],
  modextravars: ['dict'],
  modextrapaths: ['dict'],
  modextrapaths_append: ['dict'],
  modaliases: ['dict'],
  sanity_check_paths: ['dict'],
  sanity_check_commands: ['list', 'text'],
  dependencies: ['list'],
  builddependencies: ['list'],
  hidden: ['truth'],
};

/** Parameters that are of another kind than EasyBuild takes, and what in lists of texts is none: they are left out. */
export function sayOfKinds(given: ReadonlyMap<string, Parameter>, { say }: Notebook): void {
  for (const [key, { value, line }] of given) {
    const wanted = kinds[key];
    if (wanted === undefined || value.kind === 'none') continue;
    if (!wanted.includes(value.kind)) say(line, `\`${key}\` is ${describeKind(value)}, and is not carried over`);
    else if (['whatis', 'docurls'].includes(key) && value.kind === 'list')
      for (const item of value.items)
        if (item.kind !== 'text') say(item.line, `${describeKind(item)} in \`${key}\` is not carried over`);
  }
}

/** Modules that a recipe names: `('rocm', '6.2.0')` is `rocm/6.2.0`. */
export function dependenciesOf(
  parameter: Parameter | undefined,
  { say }: Notebook,
): { readonly name: string; readonly line: number }[] {
  const items = parameter?.value.kind === 'list' ? parameter.value.items : [];
  return items.flatMap((item) => {
    const parts = item.kind === 'list' ? item.items : [item];
    const [name = '', version = '', suffix = ''] = parts.map((part) => (part.kind === 'text' ? part.text : ''));
    const isOdd = parts.slice(0, 3).some(({ kind }) => !['text', 'constant', 'none', 'truth'].includes(kind));
    if (name === '' || isOdd) {
      say(item.line, 'a dependency that is not understood');
      return [];
    }
    return [{ name: version === '' ? name : `${name}/${version}${suffix}`, line: item.line }];
  });
}
