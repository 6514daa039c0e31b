import * as z from 'zod';
import { fieldMeanings } from './field-meanings.ts';
import { easyconfigSchema } from './schema.ts';

/** What of a JSON Schema counts here. */
export interface Node {
  readonly type?: string | readonly string[];
  readonly properties?: Readonly<Record<string, Node>>;
  readonly required?: readonly string[];
  readonly items?: Node;
  readonly anyOf?: readonly Node[];
  readonly additionalProperties?: boolean | Node;
  readonly enum?: readonly unknown[];
  readonly const?: unknown;
  description?: string;
}

/** The JSON Schema of an easyconfig with what each field means, for editors. */
export function describedSchema(): object {
  const schema = z.toJSONSchema(easyconfigSchema) as Node;
  for (const { path, node } of fieldsOf(schema)) {
    const meaning = fieldMeanings[path];
    if (meaning !== undefined) node.description = meaning;
  }
  // What must be there may be in the file that it extends.
  const { required = [], ...rest } = schema;
  return { title: 'ctinstall easyconfig', ...rest, anyOf: [{ required }, { required: ['extends'] }] };
}

export interface Field {
  /** `image.file`; `binds[].host` is a field of the entries of a list. */
  readonly path: string;
  readonly node: Node;
  readonly isRequired: boolean;
}

/** All fields of an easyconfig, each after the one that it is in. */
export function fieldsOf(schema: Node, before = ''): Field[] {
  const { properties = {}, required = [], items, anyOf = [], additionalProperties } = schema;
  const own = Object.entries(properties).flatMap(([name, node]) => {
    const path = `${before}${before === '' || before.endsWith('.') ? '' : '.'}${name}`;
    return [{ path, node, isRequired: required.includes(name) }, ...fieldsOf(node, path)];
  });
  const further = [
    ...(items === undefined ? [] : fieldsOf(items, `${before}[]`)),
    ...anyOf.flatMap((each) => fieldsOf(each, before)),
    ...(typeof additionalProperties === 'object' ? fieldsOf(additionalProperties, `${before}.<NAME>`) : []),
  ];
  // An entry that can have several forms has some fields in more than one of them.
  return [...own, ...further];
}

/** `text`, `list of text`, `text or map`: what can stand there. */
export function describeType(node: Node): string {
  const { type, items, anyOf, enum: words, const: only, additionalProperties } = node;
  if (only !== undefined) return `\`${only}\``;
  if (words !== undefined) return words.map((word) => `\`${word}\``).join(', ');
  if (anyOf !== undefined) return [...new Set(anyOf.map(describeType))].join(' or ');
  if (items !== undefined) return `list of ${describeType(items)}`;
  if (typeof additionalProperties === 'object') return `map to ${describeType(additionalProperties)}`;
  return [type ?? 'any']
    .flat()
    .map((name) => names[name] ?? name)
    .join(' or ');
}

const names: Readonly<Record<string, string>> = {
  string: 'text',
  integer: 'whole number',
  boolean: '`true`, `false`',
  object: 'map',
};

/** The page of the reference: a table with a line for each field. */
export function renderReference(): string {
  const seen = new Set<string>();
  const rows = fieldsOf(z.toJSONSchema(easyconfigSchema) as Node).flatMap(({ path, node, isRequired }) => {
    if (seen.has(path)) return [];
    seen.add(path);
    const name = `\`${path}\`${isRequired ? ' (required)' : ''}`;
    return [`| ${name} | ${describeType(node)} | ${fieldMeanings[path] ?? ''} |`];
  });
  return `${['# Easyconfig reference', '', about, '', '| field | holds | meaning |', '| --- | --- | --- |', ...rows].join('\n')}\n`;
}

const about = `Every field, made from the schema that checks easyconfigs. \`[]\` stands for each entry of a list, \`<NAME>\` for a name
of your choice. What the fields are for, with examples: [easyconfig.md](easyconfig.md).`;
