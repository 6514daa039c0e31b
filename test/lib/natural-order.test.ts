import { expect, it } from 'vitest';
import { compareNatural, compareVersions } from '../../src/lib/natural-order.ts';

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

it.each([
  ['1.9', '1.10-rc1'],
  ['1.10-rc1', '1.10-rc2'],
  ['1.10-rc2', '1.10'],
  ['2.0.dev3', '2.0a1'],
  ['2.0b1', '2.0'],
  ['2.0', '2.0.1rc1'],
  ['1.0-beta', '1.0'],
  // None of these is a candidate.
  ['1.0', '1.0-rocm-6'],
  ['1.0', '1.0b'],
  ['3.1-a100', '3.1-a200'],
  ['1.17--h9f5b7a2_0', '1.17--h9f5b7a2_1'],
])('the version %s comes before %s', (first = '', second = '') => {
  expect([second, first].toSorted(compareVersions)).toEqual([first, second]);
});
