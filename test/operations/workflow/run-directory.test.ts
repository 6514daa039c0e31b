import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { parseFuzzfile } from '../../../src/formats/fuzzfile/parse.ts';
import { identifyThisProcess } from '../../../src/host/process-identity.ts';
import { asPrefix, hostPath, type Prefix } from '../../../src/lib/paths.ts';
import { missingImages } from '../../../src/operations/workflow/images.ts';
import { findUnit } from '../../../src/operations/workflow/logs.ts';
import { planRun } from '../../../src/operations/workflow/plan-run.ts';
import { requireAtRest } from '../../../src/operations/workflow/require-at-rest.ts';
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

it.each(['garbled', '{"id":"bad-1","made":"2026","jobs":[1]}'])('tells of a damaged record: %s', async (text) => {
  const directory = hostPath(join(prefix, 'workflows/bad-1'));
  mkdirSync(directory);
  writeFileSync(join(directory, 'run.json'), text);
  const [broken] = await listBroken(prefix);
  if (broken === undefined) throw new Error('not found');
  expect(broken).toEqual({ id: 'bad-1', directory, isDamaged: true });
  expect((await listRuns(prefix)).map(({ run }) => run.id)).toEqual(['mine-1']);
  await expect(findRun(prefix, 'bad-1')).rejects.toMatchObject({
    message: expect.stringContaining('run.json` is damaged'),
    hint: expect.stringContaining('ctinstall workflow clean bad-1'),
  });
  await requireAtRest(broken, { environment: {} });
  writeFileSync(join(directory, 'slurm.json'), '{}');
  await expect(requireAtRest(broken, { environment: { PATH: prefix } })).rejects.toMatchObject({
    code: 'slurm-missing',
  });
  writeFileSync(
    join(prefix, 'squeue'),
    `#!/bin/sh\necho '7|ctinstall:${directory}'; echo '8|ctinstall:${directory}0'\n`,
    { mode: 0o755 },
  );
  await expect(requireAtRest(broken, { environment: { PATH: prefix } })).rejects.toMatchObject({
    hint: 'end its jobs first: `scancel 7`',
  });
  writeFileSync(join(directory, 'engine.json'), JSON.stringify(await identifyThisProcess({})));
  await expect(requireAtRest(broken, { environment: {} })).rejects.toMatchObject({
    message: expect.stringContaining('bad-1 is at work'),
    hint: expect.stringContaining(`\`kill ${process.pid}\``),
  });
});

it('says which images that are named by path are not here', async () => {
  const text = (path: string) => `version: v4\njobs: { a: { image: { uri: ${path} }, command: [x] } }\n`;
  const tasksOf = (path: string) => parseFuzzfile(text(path)).workflow?.tasks ?? [];
  const here = join(prefix, 'workflows/mine-1/run.json');
  expect(await missingImages([...tasksOf(here), ...tasksOf('"docker://a"'), ...tasksOf('/none/my.sif')])).toEqual([
    '`a`: there is no image `/none/my.sif` on this machine',
  ]);
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
