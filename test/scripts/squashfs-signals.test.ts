import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { fakeMksquashfs, fakeUnsquashfs } from './fakes.ts';
import { done, makeInstall, waitFor } from './install.ts';
import { describeTree } from './tree.ts';

const signals = [
  ['SIGHUP', 129],
  ['SIGINT', 130],
  ['SIGTERM', 143],
] as const;

test.each(signals)('make-squashfs clears up at %s, and ends with %i', async (signal, status) => {
  const install = makeInstall();
  install.write('lib/a.py');
  await install.make();
  install.write('lib/b.py');
  const old = readFileSync(install.squashfs);
  const tree = describeTree(install.directory);
  // One that does not end by itself, nor at a signal that it can ignore.
  fakeMksquashfs(
    install,
    `trap "" HUP INT TERM; real "$@" >/dev/null; echo $$ >"$1/../tool"; while :; do sleep 0.1; done`,
  );
  let script = 0;
  const running = install.make(['--remove-directory'], { onStart: (pid) => (script = pid) });
  await waitFor(join(install.root, 'tool'));
  process.kill(script, signal);
  expect(await running).toMatchObject({ status, signal: null, stdout: '', stderr: '' });
  expect(
    () => process.kill(Number(readFileSync(join(install.root, 'tool'), 'utf8')), 0),
    'mksquashfs goes on',
  ).toThrow();
  expect(install.leftovers()).toEqual(['tool']);
  expect(readFileSync(install.squashfs).equals(old)).toBe(true);
  expect(describeTree(install.directory)).toEqual(tree);
});

test.each(signals)('unmake-squashfs clears up at %s, and ends with %i', async (signal, status) => {
  const install = makeInstall();
  install.write('lib/a.py');
  await install.make(['--remove-directory']);
  writeFileSync(join(install.root, 'where'), '');
  fakeUnsquashfs(
    install,
    `trap "" HUP INT TERM; real "$@" >/dev/null; touch "\${@: -1}.begun"; while :; do sleep 0.1; done`,
  );
  let script = 0;
  const running = install.unmake([], { onStart: (pid) => (script = pid) });
  await waitFor(`${install.squashfs}.begun`);
  process.kill(script, signal);
  expect(await running).toMatchObject({ status, signal: null, stdout: '', stderr: '' });
  expect(existsSync(install.squashfs)).toBe(true);
  expect(existsSync(install.directory)).toBe(false);
  expect(readdirSync(install.root).filter((name) => name.startsWith('.user-software'))).toEqual([]);
  expect(existsSync(install.lock)).toBe(false);
});

test('a signal to the whole group, as from a terminal', async () => {
  const install = makeInstall();
  install.write('lib/a.py');
  fakeMksquashfs(install, 'touch "$1/../begun"; sleep 60');
  let script = 0;
  const running = install.make([], { onStart: (pid) => (script = pid) });
  await waitFor(join(install.root, 'begun'));
  process.kill(-script, 'SIGINT');
  expect(await running).toMatchObject({ status: 130, stderr: '' });
  expect(install.leftovers()).toEqual(['begun']);
  expect(await makeInstall().make()).not.toMatchObject(done);
});
