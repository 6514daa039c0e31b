import { describeKind, RecipeFault, type Value } from './values.ts';

/** An argument that is given by its name. */
export interface Named {
  readonly name: string;
  readonly value: Value;
}

/** `'{} {0} {name}'.format(…)`; with nothing behind the name. */
export function formatTemplate(
  template: string,
  values: readonly Value[],
  named: readonly Named[],
  line: number,
): string {
  if (/\{\}/.test(template.replace(/\{\{|\}\}/g, '')) && /\{\d+\}/.test(template))
    throw new RecipeFault(line, 'a format that numbers some of its fields is not understood');
  let next = 0;
  return template.replace(/\{\{|\}\}|\{([^{}]*)\}|[{}]/g, (whole, field?: string) => {
    if (whole === '{{' || whole === '}}') return whole.slice(1);
    if (field === undefined || !/^\w*$/.test(field))
      throw new RecipeFault(line, `\`${whole}\` in a format is not understood`);
    const value = /^\d*$/.test(field)
      ? values[field === '' ? next++ : Number(field)]
      : named.find(({ name }) => name === field)?.value;
    return show(value, whole, line);
  });
}

/** `'%s' % value`, `'%s %s' % (a, b)`, `'%(x)s' % {…}`; `%s` and `%d` only. A list is one value, a tuple several. */
export function percentTemplate(template: string, given: Value, line: number): string {
  const values = given.kind === 'list' && given.isTuple === true ? given.items : [given];
  let next = 0;
  const made = template.replace(/%(%|\((\w+)\)[sd]|[sd]|[\s\S]?)/g, (whole, kind: string, name?: string) => {
    if (kind === '%') return '%';
    if (name !== undefined && given.kind === 'dict')
      return show(given.entries.findLast(({ key }) => key === name)?.value, whole, line);
    if (name !== undefined || (kind !== 's' && kind !== 'd') || given.kind === 'dict')
      throw new RecipeFault(line, `\`${whole}\` in a format is not understood`);
    return show(values[next++], whole, line);
  });
  if (given.kind !== 'dict' && next !== values.length)
    throw new RecipeFault(line, 'a format has other values than it asks for');
  return made;
}

/** As `str` writes it; undefined for what holds others. */
export function plainText(value: Value): string | undefined {
  if (value.kind === 'text') return value.text;
  if (value.kind === 'truth') return value.value ? 'True' : 'False';
  if (value.kind !== 'number') return undefined;
  const written = String(value.value);
  return value.isWhole || written.includes('.') ? written : `${written}.0`;
}

/** As `str` writes it. */
export function show(value: Value | undefined, field: string, line: number): string {
  if (value === undefined) throw new RecipeFault(line, `nothing is given for \`${field}\``);
  const plain = plainText(value);
  if (plain !== undefined) return plain;
  throw new RecipeFault(line, `${describeKind(value)} as text is not understood`);
}
