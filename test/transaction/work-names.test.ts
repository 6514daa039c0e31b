import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { asPrefix, hostPath } from '../../src/lib/paths.ts';
import { placesOf } from '../../src/plan/places.ts';
import { withInstallLock } from '../../src/transaction/with-install-lock.ts';
import { makeRecorder } from '../apply/install-support.ts';
import { writeTree } from '../apply/support.ts';

const options = { environment: {}, reporter: makeRecorder(), waits: false };

function makePlaces() {
  const root = mkdtempSync(join(tmpdir(), 'ctinstall-names-'));
  onTestFinished(() => rmSync(root, { recursive: true }));
  const prefix = asPrefix(hostPath(root));
  return { root, one: placesOf(prefix, 'a-1', '2'), other: placesOf(prefix, 'a', '1-2') };
}

it('two installs whose names look alike share no staging directory, retired directory or lock', async () => {
  const { one, other } = makePlaces();
  for (const key of ['staging', 'retired', 'lock'] as const) expect(one[key]).not.toBe(other[key]);
  // Both can be worked on at a time.
  const both = withInstallLock(one, options, () => withInstallLock(other, options, async () => 'both'));
  expect(await both).toBe('both');
});

it('what a run left under the names of before is put back, for the install that it is of', async () => {
  const { root, one, other } = makePlaces();
  const retired = '.ctinstall/retired/a-1-2';
  writeTree(root, {
    'software/a/1-2/bin/x': 'half done',
    'modules/a/1-2.lua': 'as it was',
    [`${retired}/files/bin/x`]: 'as it was',
    [`${retired}/journal.json`]: JSON.stringify({
      installDir: other.installDir,
      modulefile: other.modulefile,
      hadModulefile: true,
      hadInstallDir: true,
      replaced: ['bin/x'],
      added: [],
      leftovers: [],
    }),
    '.ctinstall/staging/a-1-2/bin/y': 'not published',
  });
  const read = (): string => readFileSync(join(other.installDir, 'bin/x'), 'utf8');
  await withInstallLock(one, options, async () => expect(read()).toBe('half done'));
  expect(existsSync(join(root, retired, 'journal.json'))).toBe(true);
  await withInstallLock(other, options, async () => expect(read()).toBe('as it was'));
  for (const path of [retired, '.ctinstall/staging/a-1-2']) expect(existsSync(join(root, path))).toBe(false);
});
