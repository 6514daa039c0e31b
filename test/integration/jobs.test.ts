import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { makeSandbox, tinyEasyconfig } from '../harness/sandbox.ts';

const names = ['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h'];

test('--jobs 4 installs eight, each under its own lock; two of one name wait for each other', async () => {
  const { succeed, write, prefix } = makeSandbox();
  for (const name of names) write(`${name}-1.yaml`, tinyEasyconfig('', { name, version: '1' }));
  const files = names.map((name) => `${name}-1.yaml`).join(' ');
  const output = await succeed(`ctinstall --jobs 4 --image-dir "$CT_IMAGES" ${files} a-1.yaml`);
  for (const name of names) expect(output).toContain(`module load ${name}/1\n`);
  expect((await succeed('ctinstall verify')).trim().split('\n')).toEqual(
    names.map((name) => `${name}/1: as installed`),
  );
  expect(readdirSync(join(prefix, '.ctinstall/locks'))).toEqual([]);
});

test('--jobs: one that fails does not undo the others, and its error is told', async () => {
  const { run, succeed, write } = makeSandbox();
  for (const name of names.slice(0, 4)) write(`${name}-1.yaml`, tinyEasyconfig('', { name, version: '1' }));
  write('b-1.yaml', tinyEasyconfig('sanity_check_commands: ["sleep 0.3; false"]\n', { name: 'b', version: '1' }));
  const ran = await run('ctinstall --jobs 2 --image-dir "$CT_IMAGES" a-1.yaml b-1.yaml c-1.yaml d-1.yaml');
  expect(ran.status).toBe(1);
  expect(ran.stderr).toMatch(/error: `sanity check: sleep 0\.3; false` failed/);
  expect(ran.stderr).toMatch(/\[a\/1\] installing a\/1 in /);
  expect(await succeed('ctinstall list')).toMatch(/^a\/1 /);
  expect(await succeed('ctinstall list b 2>&1')).toMatch(/nothing installed/);
});

test('--jobs wants a number', async () => {
  const { run, write } = makeSandbox();
  write('tiny-1.0.yaml', tinyEasyconfig());
  const ran = await run('ctinstall --jobs many tiny-1.0.yaml');
  expect(ran).toMatchObject({ status: 2, stderr: expect.stringMatching(/`--jobs many` is not a number of installs/) });
});
