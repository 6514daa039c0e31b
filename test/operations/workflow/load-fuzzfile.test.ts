import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { hostPath } from '../../../src/lib/paths.ts';
import { loadFuzzfile } from '../../../src/operations/workflow/load-fuzzfile.ts';

const cwd = hostPath(mkdtempSync(join(tmpdir(), 'ctinstall-fuzzfile-')));
afterAll(() => rmSync(cwd, { recursive: true }));

const job = (uri: string) => `version: v4\njobs: { a: { image: { uri: "docker://${uri}" }, command: [x] } }\n`;
writeFileSync(join(cwd, 'template.fz'), job('{{ .Image }}'));
writeFileSync(join(cwd, 'plain.fz'), job('alpine'));

it.each([
  ['none.fz', {}, '`none.fz` is no file that can be read', 'name a Fuzzfile'],
  ['template.fz', {}, 'is a template: it has `{{ }}`', 'give it values: a `values.yaml` beside it'],
  ['template.fz', { values: 'none.yaml' }, 'none.yaml` is no file that can be read', 'name a file of values'],
  ['plain.fz', { values: 'none.yaml' }, 'is no template: `--values` has nothing to set', undefined],
  ['plain.fz', { set: ['Image=alpine'] }, 'is no template: `--set` has nothing to set', undefined],
])('%s with %j is refused: %s', async (file, options, message, hint) => {
  await expect(loadFuzzfile(file, options, { cwd })).rejects.toMatchObject({
    message: expect.stringContaining(message),
    hint: hint === undefined ? undefined : expect.stringContaining(hint),
  });
});

it('a template with values is filled in', async () => {
  const { workflow } = await loadFuzzfile('template.fz', { set: ['Image=alpine'] }, { cwd });
  expect(workflow.tasks[0]?.image).toMatchObject({ uri: 'docker://alpine' });
});
