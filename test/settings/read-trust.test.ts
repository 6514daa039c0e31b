import { chmodSync, chownSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { hostPath } from '../../src/lib/paths.ts';
import { readSettings } from '../../src/settings/read.ts';
import type { SettingsWarning } from '../../src/settings/warnings.ts';
import { isRoot } from '../host/support.ts';
import { failure } from '../image/failure.ts';

let root: string;
let file: string;
let warnings: SettingsWarning[];
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'ctinstall-trust-'));
  file = join(root, 'settings.yaml');
  warnings = [];
});
afterEach(() => rmSync(root, { recursive: true }));

const read = (text: string, mode: number, owner?: { uid: number; gid: number }) => {
  writeFileSync(file, text);
  chmodSync(file, mode);
  if (owner !== undefined) chownSync(file, owner.uid, owner.gid);
  return readSettings({
    environment: { HOME: root, CTINSTALL_SITE_SETTINGS: file },
    cwd: hostPath(root),
    flags: {},
    toolDir: hostPath(fileURLToPath(new URL('../..', import.meta.url))),
    warn: (warning) => warnings.push(warning),
  });
};

const running = ['hooks: { pre_install: /x }\n', 'runtime: /x\n', 'force: { runtime: /x }\n'];

it('refuses programs of a file that everybody may write', async () => {
  for (const text of running)
    expect(await failure(read(text, 0o666))).toMatchObject({
      code: 'settings-invalid',
      message: expect.stringMatching(
        /may not set `(hooks|runtime)`, which run programs as you: everybody may write it/,
      ),
      hint: `chmod o-w ${file}`,
    });
  await read('gpu: none\n', 0o666);
  expect(warnings).toMatchObject([{ message: expect.stringContaining('everybody may write it') }]);
});

it('trusts what only the user may write', async () => {
  for (const text of running) await read(text, 0o644);
  expect(warnings).toEqual([]);
});

it.runIf(isRoot)('knows whose a file is, and whose group may write it', async () => {
  for (const text of running)
    expect((await failure(read(text, 0o644, { uid: 12345, gid: 12345 }))).message).toContain(
      'it belongs to user 12345',
    );
  await read('runtime: /x\n', 0o664, { uid: 0, gid: 12345 });
  expect(warnings).toMatchObject([{ message: expect.stringContaining('group 12345 may write it') }]);
});
