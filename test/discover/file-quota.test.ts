import { describe, expect, test } from 'vitest';
import { discoverFileQuota, parseLustreQuota } from '../../src/discover/file-quota.ts';
import { hostPath } from '../../src/lib/paths.ts';

describe('the quota of files on Lustre, as `lfs quota -q` prints it', () => {
  test.each<[string, string, { used: number; most: number } | undefined]>([
    ['a limit', '  /scratch 1234 0 2000 - 5678 0 100000 -\n', { used: 5678, most: 100000 }],
    ['a limit that is not hard', '/scratch 1 2 3 - 5678 90000 0 -\n', { used: 5678, most: 90000 }],
    ['over it', '/scratch 1* 2 3 6d23h 100001* 0 100000 -\n', { used: 100001, most: 100000 }],
    ['not exact', '/scratch [1] 2 3 - [77] 0 100 -\n', { used: 77, most: 100 }],
    ['a long name on a line of its own', '/a/long/name/of/it\n   1 2 3 - 5 0 10 -\n', { used: 5, most: 10 }],
    ['no limit', '/scratch 1 0 0 - 5678 0 0 -\n', undefined],
    ['no answer', 'Some errors happened when getting quota info.\n', undefined],
    ['nothing', '', undefined],
  ])('%s', (_what, text, expected) => {
    expect(parseLustreQuota(text)).toEqual(expected);
  });
});

test('elsewhere what the file system counts', async () => {
  // The kernel counts the files of this one for certain.
  const quota = await discoverFileQuota(hostPath('/dev/shm'), {});
  expect(quota?.whose).toBe('the file system (tmpfs)');
  expect(quota?.used).toBeGreaterThan(0);
  expect(quota?.most).toBeGreaterThan(quota?.used ?? 0);
});
