import * as z from 'zod';

/** The keys that a schema knows at `path`: what a misspelt key is compared with. */
export function knownKeysOf(schema: z.ZodType, path: readonly PropertyKey[]): string[] {
  const [part, ...rest] = path;
  const plain = unwrap(schema);
  if (plain instanceof z.ZodUnion)
    return [...new Set(plain.options.flatMap((option) => knownKeysOf(option as z.ZodType, path)))];
  if (part === undefined) return plain instanceof z.ZodObject ? Object.keys(plain.shape) : [];
  if (plain instanceof z.ZodArray) return knownKeysOf(plain.element as z.ZodType, rest);
  if (plain instanceof z.ZodRecord) return knownKeysOf(plain.valueType as z.ZodType, rest);
  if (plain instanceof z.ZodObject) {
    const inner: unknown = plain.shape[String(part)];
    return inner instanceof z.ZodType ? knownKeysOf(inner, rest) : [];
  }
  return [];
}

function unwrap(schema: z.ZodType): z.ZodType {
  return schema instanceof z.ZodOptional ? unwrap(schema.unwrap() as z.ZodType) : schema;
}
