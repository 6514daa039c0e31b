import { expect, test } from 'vitest';
import { parseFuzzfile } from '../../../src/formats/fuzzfile/parse.ts';
import { describeTooLarge } from '../../../src/operations/workflow/local-engine.ts';
import { planRun } from '../../../src/operations/workflow/plan-run.ts';

function wordOn(...resources: string[]): string | undefined {
  const jobs = resources.map(
    (resource, at) => `  j${at}: { image: { uri: "docker://a" }, command: [x], resource: ${resource} }\n`,
  );
  const { workflow, issues } = parseFuzzfile(`version: v1\njobs:\n${jobs.join('')}`);
  if (workflow === undefined) throw new Error(JSON.stringify(issues));
  return describeTooLarge(planRun(workflow));
}

test('a job that asks for more than this machine has is named, in cores and in memory', () => {
  const [few, many] = [
    '{ cpu: { cores: 1 }, memory: { size: 1MB } }',
    '{ cpu: { cores: 9999 }, memory: { size: 1MB } }',
  ];
  const huge = '{ cpu: { cores: 1 }, memory: { size: 900TB } }';
  expect(wordOn(few)).toBeUndefined();
  expect(wordOn(few, many)).toMatch(/^this machine has \d+ cores? and .*B: `j1` asks for more, and gets all of it$/);
  expect(wordOn(huge, many)).toMatch(/: `j0`, `j1` ask for more, and get all of it$/);
});
