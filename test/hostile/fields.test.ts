import { expect, test } from 'vitest';
import { parseEasyconfig } from '../../src/easyconfig/parse.ts';
import { stringFields } from './fields.ts';

/** Where a new field shows up, think of what a stranger could write there; then raise this number. */
test('every text of the JSON Schema is fuzzed', () => {
  // What a union of maps has in each of its members is there once for each.
  const paths = [...new Set(stringFields.map(({ path }) => path))];
  expect(paths).toEqual(expect.arrayContaining(['name', 'whatis[]', 'binds[]', 'binds[].host', 'env.module{key}']));
  expect(paths).toHaveLength(101);
});

test('a recipe around a field has no other fault', () => {
  for (const { path, recipeWith } of stringFields) {
    const { issues } = parseEasyconfig(JSON.stringify(recipeWith('\ud800')));
    expect([path, issues.map(({ place }) => place.line)]).toEqual([path, [1]]);
  }
});
