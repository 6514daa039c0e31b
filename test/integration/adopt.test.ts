import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { makeSandbox, tinyEasyconfig } from '../harness/sandbox.ts';

const install = 'ctinstall --image-dir "$CT_IMAGES" --adopt old';

test('the user software of another install is moved in, whole or not at all', async () => {
  const { dir, prefix, run, succeed, write } = makeSandbox();
  const root = join(prefix, 'software/tiny/1.0');
  const isThere = (...paths: string[]): boolean[] => paths.map((path) => existsSync(path));
  write('old/user-software/mine', 'in the directory\n');
  write('packed/mine', 'packed\n');
  await succeed('mksquashfs packed old/user-software.squashfs -quiet -no-progress');
  const [directory, squashfs] = [join(dir, 'old/user-software'), join(dir, 'old/user-software.squashfs')];

  write('tiny-1.0.yaml', tinyEasyconfig('sanity_check_commands: [grep packed /user-software/mine]\n'));
  expect((await run(`${install} --dry-run tiny-1.0.yaml`)).stderr).toContain(
    `would take over the user software of ${dir}/old first`,
  );
  for (const [arguments_, message] of [
    ['--adopt packed', /has no user software: neither `user-software` nor `user-software\.squashfs`/],
    ['--adopt nowhere', /has no user software/],
    ['--adopt old --module-only', /`--adopt` goes with an install/],
  ] as const) {
    const refused = await run(`ctinstall --image-dir "$CT_IMAGES" ${arguments_} tiny-1.0.yaml`);
    expect(refused).toMatchObject({ status: 2, stderr: expect.stringMatching(message) });
  }
  expect(isThere(directory, squashfs, root)).toEqual([true, true, false]);

  // All is as it was where the install fails.
  write('bad/tiny-1.0.yaml', tinyEasyconfig('sanity_check_commands: [grep packed /user-software/mine && false]\n'));
  expect((await run(`${install} bad/tiny-1.0.yaml`)).stderr).toContain('sanity check: grep packed');
  expect(isThere(directory, squashfs, root)).toEqual([true, true, false]);
  expect(await succeed('cat old/user-software/mine')).toBe('in the directory\n');

  // As one leaves it that was killed after the packed form had its second name.
  await succeed(`mkdir -p "${root}"; ln old/user-software.squashfs "${root}/user-software.squashfs"`);
  const taken = await run(`${install} tiny-1.0.yaml`);
  expect(taken).toMatchObject({
    status: 0,
    stderr: expect.stringContaining(`took over the user software of ${dir}/old`),
  });
  expect(isThere(directory, squashfs)).toEqual([false, false]);
  expect(
    await succeed(
      'module load tiny; start-shell -c "cat /user-software/mine"; cat "$CONTAINERROOT/user-software/mine"; ctinstall verify',
    ),
  ).toBe('packed\nin the directory\ntiny/1.0: as installed\n');

  // What is there is not replaced; nor does an install of ctinstall give its own away.
  write('old/user-software/other', 'x\n');
  expect(await run(`${install} --rebuild tiny-1.0.yaml`)).toMatchObject({
    status: 2,
    stderr: expect.stringContaining('tiny/1.0 has user software of its own, which stays'),
  });
  write('tiny-2.0.yaml', tinyEasyconfig('', { version: '2.0' }));
  expect((await run(`ctinstall --image-dir "$CT_IMAGES" --adopt "${root}" tiny-2.0.yaml`)).stderr).toMatch(
    /is an install of ctinstall\n+hint: .*ctinstall upgrade/,
  );
});
