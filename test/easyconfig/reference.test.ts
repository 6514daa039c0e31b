import { expect, it } from 'vitest';
import { fieldMeanings } from '../../src/easyconfig/field-meanings.ts';
import { describedSchema, fieldsOf, renderReference } from '../../src/easyconfig/reference.ts';

it('docs/easyconfig-reference.md is made from the schema (write it again: npx vitest run --project unit test/easyconfig/reference.test.ts -u)', async () => {
  await expect(renderReference()).toMatchFileSnapshot('../../docs/easyconfig-reference.md');
});

it('each field has a meaning, and each meaning a field', () => {
  const fields = fieldsOf(describedSchema());
  expect([...new Set(fields.map(({ path }) => path))].toSorted()).toEqual(Object.keys(fieldMeanings).toSorted());
  for (const { path, node } of fields) expect([path, node.description]).toEqual([path, fieldMeanings[path]]);
});
