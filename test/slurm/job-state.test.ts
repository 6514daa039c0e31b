import { expect, it } from 'vitest';
import { parseJob } from '../../src/slurm/job-state.ts';

const line = (state: string, exit: string): string =>
  `JobId=17 JobName=py-1 UserId=me(1) Priority=1 JobState=${state} Reason=None Requeue=1 Restarts=2 ExitCode=${exit} RunTime=00:00:01 ` +
  'Command=/w d/job.sh WorkDir=/w d StdErr=/w d/slurm-17.out StdIn=/dev/null StdOut=/w d/slurm-17.out Power=';

it.each([
  ['PENDING', '0:0', { hasEnded: false }],
  ['COMPLETING', '0:0', { hasEnded: false }],
  ['COMPLETED', '0:0', { hasEnded: true, status: 0 }],
  ['FAILED', '7:0', { hasEnded: true, status: 7 }],
  ['FAILED', '0:9', { hasEnded: true, status: 137 }],
  ['TIMEOUT', '0:0', { hasEnded: true, status: 1 }],
  ['NODE_FAIL', '0:0', { hasEnded: true, status: 1 }],
])('a job that is %s, %s', (state, exit, found) => {
  expect(parseJob(line(state, exit))).toMatchObject([{ state, restarts: 2, output: '/w d/slurm-17.out', ...found }]);
});

it('what is no job', () => {
  expect(parseJob('')).toEqual([]);
  expect(parseJob('JobId=1 JobState=RUNNING ExitCode=0:0 StdOut=/a/b')).toMatchObject([{ output: '/a/b' }]);
});
