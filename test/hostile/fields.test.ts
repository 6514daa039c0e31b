import { expect, test } from 'vitest';
import { parseEasyconfig } from '../../src/easyconfig/parse.ts';
import { stringFields } from './fields.ts';

/** Where a new field shows up, think of what a stranger could write there; then raise this number. */
test('every text of the JSON Schema is fuzzed', () => {
  const paths = stringFields.map(({ path }) => path);
  expect(paths).toEqual(expect.arrayContaining(['name', 'whatis[]', 'binds[]', 'binds[].host', 'env.module{key}']));
  expect(new Set(paths).size).toBe(paths.length);
  expect(paths).toHaveLength(65);
});

test('a recipe around a field has no other fault', () => {
  for (const { path, recipeWith } of stringFields) {
    const { issues } = parseEasyconfig(JSON.stringify(recipeWith('\ud800')));
    expect([path, issues.map(({ place }) => place.line)]).toEqual([path, [1]]);
  }
});
