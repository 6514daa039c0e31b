import { describe, expect, it } from 'vitest';
import { parseFuzzfile } from '../../../src/formats/fuzzfile/parse.ts';
import { type EngineWord, judge, judgeWorkflow } from '../../../src/operations/workflow/judge.ts';
import { planRun } from '../../../src/operations/workflow/plan-run.ts';
import { wordSince } from '../../../src/operations/workflow/read-standing.ts';
import type { JobStatus, PlannedJob } from '../../../src/operations/workflow/types.ts';

function plan(text: string): PlannedJob[] {
  const { workflow, issues } = parseFuzzfile(text);
  if (workflow === undefined) throw new Error(JSON.stringify(issues));
  return planRun(workflow);
}

const chain = plan(`version: v4
jobs:
  a: { image: &i { uri: "docker://a" }, command: [x] }
  b: { image: *i, command: [x], requires: [a], task-array: { start: 1, end: 3 } }
  c: { image: *i, command: [x], requires: [b] }
`);

const status = (state: JobStatus['state'], more: Partial<JobStatus> = {}): JobStatus => ({
  ...{
    state,
    exit: state === 'finished' ? 0 : 1,
    why: '',
    try: 1,
    tries: 1,
    started: 0,
    changed: 1,
    host: 'n',
    pid: 1,
    slurm: '',
  },
  ...more,
});

function judged(statuses: Record<string, JobStatus>, word: EngineWord, isStopped = false) {
  const standings = judge(chain, {
    statuses: new Map(Object.entries(statuses)),
    wordOn: () => word,
    slurmIdsOf: () => [],
    isStopped,
  });
  return [judgeWorkflow(standings, isStopped), ...standings.map(({ state }) => state)];
}

describe('how jobs stand', () => {
  const good = status('finished');
  it.each<[string, Record<string, JobStatus>, EngineWord['state'], string[]]>([
    ['nothing has begun', {}, 'pending', ['waiting', 'pending', 'pending', 'pending']],
    ['the first runs', { a: status('running') }, 'running', ['running', 'running', 'running', 'running']],
    ['part of an array is done', { a: good, 'b.1': good }, 'pending', ['running', 'finished', 'running', 'pending']],
    [
      'a task failed',
      { a: good, 'b.1': good, 'b.2': status('failed'), 'b.3': good },
      'gone',
      ['failed', 'finished', 'failed', 'never'],
    ],
    [
      'a task failed, and others are to come',
      { a: good, 'b.1': status('failed') },
      'pending',
      ['running', 'finished', 'running', 'pending'],
    ],
    ['the first was lost', { a: status('running') }, 'gone', ['failed', 'lost', 'never', 'never']],
    [
      'all is done',
      { a: good, 'b.1': good, 'b.2': good, 'b.3': good, c: good },
      'gone',
      ['finished', 'finished', 'finished', 'finished'],
    ],
    ['Slurm does not answer', { a: status('running') }, 'unknown', ['running', 'unknown', 'unknown', 'unknown']],
  ])('%s', (_, statuses, state, expected) => {
    expect(judged(statuses, { state })).toEqual(expected);
  });

  it('is stopped where it was', () => {
    expect(judged({ a: good }, { state: 'gone' }, true)).toEqual(['stopped', 'finished', 'cancelled', 'never']);
  });

  it('is told with why', () => {
    const [standing] = judge(chain, {
      statuses: new Map([['a', status('failed', { exit: 137, try: 3, tries: 3 })]]),
      wordOn: () => ({ state: 'gone' }),
      slurmIdsOf: () => [],
      isStopped: false,
    });
    expect(standing?.why).toBe('exit status 137 (killed: out of memory?), after 3 tries');
  });
});

describe('the jobs of a workflow', () => {
  it('are those of the file, and what brings, takes away, stops and clears up', () => {
    const jobs = plan(`version: v4
volumes: { d: { ingress: [{ source: { uri: "https://e.org/a" }, destination: { uri: "file://a" } }], egress: [{ source: { uri: "file://b" }, destination: { uri: "s3://b/c" } }] } }
services: { s: { image: &i { uri: "docker://a" }, command: [x] } }
jobs:
  a: { image: *i, command: [x], mounts: { /d: d }, depends-on: [{ name: s, status: running }] }
`);
    expect(
      Object.fromEntries(jobs.map(({ name, needs }) => [name, needs.map((need) => `${need.on} ${need.name}`)])),
    ).toEqual({
      'ingress+d': [],
      s: [],
      a: ['ok ingress+d', 'begin s'],
      'stop+s': ['any a'],
      'egress+d': ['ok a'],
      'clean+volumes': ['ok a', 'ok egress+d'],
    });
  });
});

it('takes what ended, began or began again after the engine was asked for what it says of itself now', () => {
  const jobs = plan(`version: v4
jobs:
${['ended', 'again', 'begun', 'lost'].map((name) => `  ${name}: { image: { uri: "docker://a" }, command: [x] }\n`).join('')}`);
  const before = new Map([
    ['ended', status('running')],
    ['again', status('running')],
    ['lost', status('running')],
  ]);
  const statuses = new Map([
    ['ended', status('finished')],
    ['again', status('running', { pid: 2 })],
    ['begun', status('running')],
    ['lost', status('running')],
  ]);
  const evidence = { slurmIdsOf: () => [], isStopped: false };
  const wordOn = wordSince(() => ({ state: 'gone' }), before, statuses);
  const states = judge(jobs, { ...evidence, statuses, wordOn }).map(({ name, state }) => [name, state]);
  expect(Object.fromEntries(states)).toEqual({ ended: 'finished', again: 'running', begun: 'running', lost: 'lost' });
});
