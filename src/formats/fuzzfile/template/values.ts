import * as z from 'zod';
import { knownKeysOf } from '../../../easyconfig/schema-keys.ts';
import type { Issue } from '../../../easyconfig/types.ts';
import { placeIssues } from '../../../easyconfig/validate.ts';
import { parsePlacedYaml } from '../../../easyconfig/yaml-places.ts';
import type { TemplateValue } from './types.ts';

const one = z.looseObject({
  name: z.string().min(1),
  string_value: z.coerce.string().optional(),
  uint_value: z.coerce.number().optional(),
  bool_value: z.boolean().optional(),
  secret_value: z.looseObject({ reference: z.string() }).optional(),
});
const valuesSchema = z.looseObject({ values: z.array(one) });

export type TemplateValues = Readonly<Record<string, TemplateValue>>;

/** Reads a `values.yaml`: what a template is filled in with, where nothing else is said. */
export function parseValues(
  text: string,
):
  | { readonly values: TemplateValues; readonly issues: readonly [] }
  | { readonly values: undefined; readonly issues: readonly Issue[] } {
  const { yaml, issues } = parsePlacedYaml(text);
  if (yaml === undefined) return { values: undefined, issues };
  const result = valuesSchema.safeParse(yaml.value);
  if (!result.success)
    return {
      values: undefined,
      issues: placeIssues(result.error.issues, yaml, (path) => knownKeysOf(valuesSchema, path)),
    };
  const values = Object.fromEntries(
    result.data.values.map((each) => [
      each.name,
      each.string_value ?? each.uint_value ?? each.bool_value ?? each.secret_value?.reference ?? '',
    ]),
  );
  return { values, issues: [] };
}

/** A value as it is written on a command line, of the kind that it has in `values.yaml`. */
export function readValue(text: string, before: TemplateValue): TemplateValue {
  if (typeof before === 'number' && /^-?\d+(\.\d+)?$/.test(text)) return Number(text);
  if (typeof before === 'boolean' && /^(true|false)$/.test(text)) return text === 'true';
  return text;
}
