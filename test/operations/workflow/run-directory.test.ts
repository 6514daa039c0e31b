import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { parseFuzzfile } from '../../../src/formats/fuzzfile/parse.ts';
import { asPrefix, hostPath, type Prefix } from '../../../src/lib/paths.ts';
import { findUnit } from '../../../src/operations/workflow/logs.ts';
import { planRun } from '../../../src/operations/workflow/plan-run.ts';
import { findRun, listBroken, listRuns } from '../../../src/operations/workflow/run-directory.ts';

let prefix: Prefix;

beforeEach(() => {
  prefix = asPrefix(hostPath(mkdtempSync(join(tmpdir(), 'ctinstall-runs-'))));
  const { workflow } = parseFuzzfile(
    'version: v4\njobs: { one: { image: { uri: "docker://a" }, task-array: { start: 2, end: 5 } } }\n',
  );
  const jobs = workflow === undefined ? [] : planRun(workflow);
  mkdirSync(join(prefix, 'workflows', 'mine-1'), { recursive: true });
  writeFileSync(join(prefix, 'workflows/mine-1/run.json'), JSON.stringify({ id: 'mine-1', made: '2026', jobs }));
});
afterEach(() => rmSync(prefix, { recursive: true }));

it('passes over what another user keeps to themselves, and says so to whom asks for it', async () => {
  // Nor can a directory be read as a file, by root either.
  mkdirSync(join(prefix, 'workflows/theirs-1/start.json'), { recursive: true });
  expect((await listRuns(prefix)).map(({ run }) => run.id)).toEqual(['mine-1']);
  expect(await listBroken(prefix)).toEqual([]);
  await expect(findRun(prefix, 'theirs-1')).rejects.toMatchObject({ code: 'workflow-not-found' });
  mkdirSync(join(prefix, 'workflows/theirs-1/run.json'));
  await expect(findRun(prefix, 'theirs-1')).rejects.toMatchObject({
    message: expect.stringMatching(/^cannot read `.*run\.json`/),
  });
});

it('knows the tasks of an array', async () => {
  const found = await findRun(prefix, 'mine-1');
  expect(findUnit(found, 'one.5').name).toBe('one');
  expect(() => findUnit(found, 'one.9')).toThrow(
    expect.objectContaining({
      message: '`one` has no task `one.9`',
      hint: 'they are `one.2` to `one.5`',
    }),
  );
  expect(() => findUnit(found, 'ones')).toThrow(expect.objectContaining({ hint: 'did you mean `one`?' }));
});
