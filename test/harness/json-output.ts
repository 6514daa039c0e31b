import { Ajv2020 } from 'ajv/dist/2020.js';
import { expect } from 'vitest';
import { jsonSchemaOf, schemaOf } from '../../src/cli/json/schema-of.ts';

/**
 * Holds what a command printed with --json against its schema: by another program's reading of what `ctinstall schema`
 * prints, and by ours, which says what the schema does not name.
 */
export function expectOfSchema(name: string, stdout: string, about = name): void {
  const validate = new Ajv2020({ strict: false }).compile(JSON.parse(JSON.stringify(jsonSchemaOf(name))));
  const values = valuesOf(stdout);
  expect([about, stdout, values.length > 0]).toEqual([about, stdout, true]);
  for (const value of values) {
    const isValid = validate(value);
    expect([about, isValid, validate.errors ?? [], isValid ? '' : value]).toEqual([about, true, [], '']);
    expect(schemaOf(name)?.parse(value), about).toEqual(value);
  }
}

/** Of one document, or of events, one a line; none of what is neither. */
function valuesOf(stdout: string): unknown[] {
  const pieces = /^\{"event"/.test(stdout) ? stdout.split('\n').filter((line) => line !== '') : [stdout];
  try {
    return pieces.map((piece): unknown => JSON.parse(piece));
  } catch {
    return [];
  }
}
