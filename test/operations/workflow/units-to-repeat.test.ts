import { expect, it } from 'vitest';
import { parseFuzzfile } from '../../../src/formats/fuzzfile/parse.ts';
import { planRun } from '../../../src/operations/workflow/plan-run.ts';
import type { JobStatus } from '../../../src/operations/workflow/types.ts';
import { unitsToRepeat } from '../../../src/operations/workflow/units-to-repeat.ts';

const { workflow } = parseFuzzfile(`version: v4
volumes: { data: { egress: [{ source: { uri: "file://a" }, destination: { uri: "s3://b/a" } }] } }
defaults: { job: { mounts: { /data: data } } }
services:
  web: { image: &i { uri: "docker://a" }, requires: [first] }
jobs:
  first: { image: *i }
  each: { image: *i, task-array: { start: 1, end: 3 }, requires: [first] }
  ask: { image: *i, depends-on: [{ name: web, status: RUNNING }] }
  tell: { image: *i, depends-on: [{ name: web, status: RUNNING }, { name: each }] }
  last: { image: *i, requires: [ask] }
`);
const jobs = workflow === undefined ? [] : planRun(workflow);

function repeated(states: Readonly<Record<string, JobStatus['state']>>, running: readonly string[] = []): string[] {
  const all = [
    'first',
    'each.1',
    'each.2',
    'each.3',
    'web',
    'ask',
    'tell',
    'last',
    'stop+web',
    'egress+data',
    'clean+volumes',
  ];
  const statuses = all.map((name) => [name, { state: states[name] ?? 'finished' } as JobStatus] as const);
  const units = unitsToRepeat(jobs, new Map(statuses), ({ name }) => running.includes(name));
  return [...units.values()].flat().toSorted();
}

it('nothing runs again where all ended well', () => {
  expect(repeated({})).toEqual([]);
});

it('what failed runs again with what depends on it; of an array only the task', () => {
  expect(repeated({ 'each.2': 'failed' })).toEqual([
    ...['clean+volumes', 'each.2', 'egress+data', 'stop+web', 'tell', 'web'],
  ]);
});

it('a service runs again for those that need it, and is ended again; who ended well beside it does not', () => {
  expect(repeated({ ask: 'failed' })).toEqual(['ask', 'clean+volumes', 'egress+data', 'last', 'stop+web', 'web']);
  expect(repeated({ web: 'failed' })).toEqual(['stop+web', 'web']);
  expect(repeated({ ask: 'failed', web: 'running' }, ['web'])).not.toContain('web');
});
