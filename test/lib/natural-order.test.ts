import { expect, it } from 'vitest';
import { compareNatural } from '../../src/lib/natural-order.ts';

it.each([
  ['1.9', '1.10'],
  ['1.10', '1.10.1'],
  ['1.10-rc1', '1.10.0'],
  ['a/2', 'a/10'],
  ['a/2', 'a-b/1'].toReversed(),
  ['Abc/1', 'abd/1'],
  ['A/1', 'a/1'],
  ['v1.0', 'v1.00'],
  ['9007199254740993', '90071992547409930'],
])('%s comes before %s', (first = '', second = '') => {
  expect([first, second].toSorted(compareNatural)).toEqual([first, second]);
  expect([second, first].toSorted(compareNatural)).toEqual([first, second]);
});
