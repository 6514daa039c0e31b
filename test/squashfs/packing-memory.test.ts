import { expect, test } from 'vitest';
import { packingMemory } from '../../src/squashfs/packing-memory.ts';

test('little memory for mksquashfs, and more for many processors with large blocks', () => {
  expect(packingMemory(128 * 1024, 2)).toEqual(['-mem', '256M']);
  expect(packingMemory(128 * 1024, 256)).toEqual(['-mem', '256M']);
  expect(packingMemory(1024 * 1024, 128)).toEqual(['-mem', '1024M']);
});
