import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { asPrefix, hostPath } from '../../src/lib/paths.ts';
import { checkEasyconfigs } from '../../src/operations/check/check-easyconfigs.ts';
import { clean } from '../../src/operations/clean/clean.ts';
import { listInstalled } from '../../src/operations/installed/list-installed.ts';
import { type Found, findMissing } from '../../src/operations/missing/find-missing.ts';
import { show } from '../../src/operations/show/show.ts';
import { uninstall } from '../../src/operations/uninstall/uninstall.ts';
import { failure } from '../image/failure.ts';
import { contextOf } from './support.ts';

/* What commands do can be had without a terminal: with plain options and a context, and as values. */

let directory: string;
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'ctinstall-operations-'));
  writeFileSync(
    join(directory, 'tiny-1.0.yaml'),
    "name: tiny\nversion: '1.0'\nhomepage: https://example.org\ndescription: a test\nimage:\n  file: tiny.sif\n",
  );
});
afterEach(() => rmSync(directory, { recursive: true }));

const settings = () => ({ prefix: asPrefix(hostPath(join(directory, 'prefix'))) });

test('nothing is installed, nothing to clear, and one easyconfig missing', async () => {
  const context = contextOf(directory);
  expect((await listInstalled({ word: undefined, settings: settings() }, context)).installs).toEqual([]);
  expect((await clean({ settings: settings() }, context)).leftovers).toEqual([]);
  const found: Found[] = [];
  const tell = (all: readonly Found[]): void => void found.push(...all);
  await findMissing({ names: ['tiny-1.0.yaml'], settings: settings(), tell }, context);
  expect(found).toMatchObject([{ module: 'tiny/1.0', state: 'missing' }]);
});

test('an easyconfig is checked, and shown as it becomes here', async () => {
  const context = contextOf(directory);
  const [checked] = await checkEasyconfigs(['tiny-1.0.yaml'], settings(), context);
  expect(checked?.remarks.filter(({ severity }) => severity === 'fault')).toEqual([]);
  const shown = await show({ thing: 'tiny-1.0.yaml', settings: settings() }, context);
  expect(shown).toMatchObject({ kind: 'easyconfig', install: { moduleName: 'tiny/1.0' } });
});

test('what is not there is refused by a code', async () => {
  const error = await failure(uninstall({ module: 'tiny/1.0', settings: settings() }, contextOf(directory)));
  expect(error).toMatchObject({ code: 'not-installed' });
});
