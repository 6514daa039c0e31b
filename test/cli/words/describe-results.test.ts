import { expect, test } from 'vitest';
import { describeResults, summaryEvent } from '../../../src/cli/words/describe-results.ts';
import { CtinstallError } from '../../../src/lib/errors.ts';

test('the summary has a line for each, with columns', () => {
  const error = new CtinstallError('locked', 'somebody is at it', { hint: 'wait' });
  const differs: readonly string[] = [];
  const other = ['description', 'wrappers'];
  const results = [
    { module: 'a/1', easyconfig: '/a.yaml', outcome: 'installed', differs, seconds: 61.2, error: undefined },
    { module: 'longer/1', easyconfig: '/l.yaml', outcome: 'failed', differs, seconds: 0.1, error },
    { module: 'b/1', easyconfig: '/b.yaml', outcome: 'not-tried', differs, seconds: undefined, error: undefined },
    {
      module: 'c/1',
      easyconfig: '/c.yaml',
      outcome: 'already-installed',
      differs: other,
      seconds: 1,
      error: undefined,
    },
  ] as const;
  expect(describeResults(results, false)).toEqual([
    'module    what was done        time  why',
    'a/1       installed      1 min 01 s',
    'longer/1  failed              0.1 s  somebody is at it',
    'b/1       not tried',
    'c/1       there already       1.0 s  differs: description, wrappers; --rebuild applies it',
  ]);
  expect(describeResults(results, true)[2]).toContain('\u001b[31mfailed       \u001b[39m  ');
  expect(JSON.parse(JSON.stringify(summaryEvent(results)))).toMatchObject({
    event: 'summary',
    results: [
      { seconds: 61.2, error: null },
      { error: { code: 'locked', hint: 'wait' } },
      { seconds: null },
      { differs: other },
    ],
  });
});
