import { expect, it } from 'vitest';
import { withMoreMemory } from '../../src/slurm/memory.ts';

it.each([
  ['mem=16G', 'mem=18432M'],
  ['mem=100', 'mem=2148M'],
  ['mem=1T', 'mem=1050624M'],
  ['mem=1024k', 'mem=2049M'],
  ['mem=0', 'mem=0'],
  ['qos=mem=1', 'qos=mem=1'],
])('%s and 2 GiB more: %s', (option, more) => {
  expect(withMoreMemory([option], 2 * 2 ** 30)).toEqual([more]);
});
