import { expect, test } from 'vitest';
import { tableOf } from '../../../src/cli/words/describe-workflow.ts';
import { hostPath } from '../../../src/lib/paths.ts';
import type { Standing } from '../../../src/operations/workflow/types.ts';

test('on a narrow screen a long name is shortened, so that what is said of a job is seen', () => {
  const name = `${'train-the-large-model-'.repeat(2)}with-seed-12`;
  const run = { id: 'a-1', file: 'a.fz', engine: 'local' as const, made: '', ctinstall: '', jobs: [] };
  const found = { directory: hostPath('/w/a-1'), run };
  const standing: Standing = {
    ...{ name, unit: name, kind: 'job', state: 'never', why: '`prepare` failed', status: undefined },
    ...{ tasks: undefined, slurmIds: [] },
  };
  const table = (width: number | undefined) =>
    tableOf(found, { standings: [standing], state: 'failed', note: undefined }, { isColoured: false, width })[2];
  expect(table(80)).toBe('train-the-large-model…-seed-12  never                      `prepare` failed');
  expect(table(undefined)).toContain(name);
});
