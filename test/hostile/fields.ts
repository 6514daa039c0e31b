import * as z from 'zod';
import { easyconfigSchema } from '../../src/easyconfig/schema.ts';

/*
 * Every place of an easyconfig that can hold a text, read off its JSON Schema: a field that is added later is here without
 * anybody having thought of it.
 */

export type Recipe = Record<string, unknown>;

export interface StringField {
  /** `binds[].host`; `env.module{}` for the values of a map, `env.module{key}` for its keys. */
  readonly path: string;
  /** A recipe with nothing wrong in it but, maybe, this value. */
  readonly recipeWith: (value: string) => Recipe;
}

/** What a recipe must have, wherever something must be beside the field in question. */
const needed: Readonly<Record<string, unknown>> = {
  name: 'demo',
  version: '1.0',
  image: { file: 'demo.sif' },
  file: 'demo.sif',
  site: 'filesystems',
  host: '/etc',
  command: 'true',
  from: '/opt/x/bin',
  bash: 'true',
  path: 'share/x',
  text: 'x',
};

/** Fields that do nothing without another one. */
const company: Readonly<Record<string, Recipe>> = {
  'build.base': { pip: ['x'] },
  'build.base_sha256': { base: 'x.sif', pip: ['x'] },
  'build.conda': { base: 'x.sif' },
  'build.pip': { base: 'x.sif' },
  'build.wheels': { base: 'x.sif', pip: ['x'] },
  'build.files': { base: 'x.sif' },
  'build.packages': { base: 'x.sif' },
  'build.build_args': { definition: 'x.def' },
  'build.way': { definition: 'x.def' },
  'python.conda_root': { conda_env: 'base' },
  'python.venv.pip_options': { requirements: ['x==1'] },
};

interface Schema {
  readonly type?: string | readonly string[];
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly required?: readonly string[];
  readonly items?: Schema;
  readonly anyOf?: readonly Schema[];
  readonly additionalProperties?: Schema | boolean;
  readonly propertyNames?: Schema;
}

/** What lies around a field: makes the whole recipe of a value for this place. */
type Around = (value: unknown) => unknown;

/** The name of a file beside, which is read before all else, and one word that stands in place of a map: no text fits there. */
const noTexts: readonly string[] = ['extends', 'image'];

export const stringFields: readonly StringField[] = fieldsOf(
  z.toJSONSchema(easyconfigSchema) as Schema,
  '',
  (value) => value,
).filter(({ path }) => !noTexts.includes(path));

function fieldsOf(schema: Schema, path: string, around: Around): StringField[] {
  if (schema.anyOf !== undefined) return schema.anyOf.flatMap((member) => fieldsOf(member, path, around));
  // A number is taken for its text.
  switch (Array.isArray(schema.type) && schema.type.includes('string') ? 'string' : schema.type) {
    case 'string':
      return [{ path, recipeWith: (value) => asRecipe(around(value)) }];
    case 'array':
      return fieldsOf(schema.items ?? {}, `${path}[]`, (value) => around([value]));
    case 'object':
      return schema.properties === undefined ? fieldsOfMap(schema, path, around) : fieldsOfObject(schema, path, around);
    case 'boolean':
      return [];
    default:
      throw new Error(`the JSON Schema has something new at ${path}: ${JSON.stringify(schema)}`);
  }
}

function fieldsOfObject({ properties = {}, required = [] }: Schema, path: string, around: Around): StringField[] {
  return Object.entries(properties).flatMap(([key, schema]) => {
    const here = path === '' ? key : `${path}.${key}`;
    const beside = Object.fromEntries(
      required.filter((other) => other !== key).map((other) => [other, neededOf(other)]),
    );
    return fieldsOf(schema, here, (value) => around({ ...beside, ...company[here], [key]: value }));
  });
}

function fieldsOfMap({ additionalProperties, propertyNames }: Schema, path: string, around: Around): StringField[] {
  if (typeof additionalProperties !== 'object' || propertyNames === undefined)
    throw new Error(`a map without keys or values at ${path}`);
  return [
    ...fieldsOf(propertyNames, `${path}{key}`, (key) => around({ [String(key)]: 'x' })),
    ...fieldsOf(additionalProperties, `${path}{}`, (value) => around({ FUZZED: value })),
  ];
}

function neededOf(key: string): unknown {
  const value = needed[key];
  if (value === undefined) throw new Error(`say in fields.ts what a good \`${key}\` is: recipes need one now`);
  return value;
}

function asRecipe(value: unknown): Recipe {
  if (typeof value !== 'object' || value === null) throw new TypeError('not a recipe');
  return value as Recipe;
}
