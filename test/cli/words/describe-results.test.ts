import { expect, test } from 'vitest';
import { describeResults, summaryEvent } from '../../../src/cli/words/describe-results.ts';
import { CtinstallError } from '../../../src/lib/errors.ts';

test('the summary has a line for each, with columns', () => {
  const error = new CtinstallError('locked', 'somebody is at it', { hint: 'wait' });
  const results = [
    { module: 'a/1', easyconfig: '/a.yaml', outcome: 'installed', seconds: 61.2, error: undefined },
    { module: 'longer/1', easyconfig: '/l.yaml', outcome: 'failed', seconds: 0.1, error },
    { module: 'b/1', easyconfig: '/b.yaml', outcome: 'not-tried', seconds: undefined, error: undefined },
  ] as const;
  expect(describeResults(results)).toEqual([
    'module    what was done        time  why',
    'a/1       installed      1 min 01 s',
    'longer/1  failed              0.1 s  somebody is at it',
    'b/1       not tried',
  ]);
  expect(JSON.parse(JSON.stringify(summaryEvent(results)))).toMatchObject({
    event: 'summary',
    results: [{ seconds: 61.2, error: null }, { error: { code: 'locked', hint: 'wait' } }, { seconds: null }],
  });
});
