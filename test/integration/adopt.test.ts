import { existsSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
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

test('from another file system it is copied, whole or not at all, and stays there', async () => {
  const { prefix, run, succeed, write } = makeSandbox();
  const root = join(prefix, 'software/tiny/1.0');
  const old = (await succeed('mktemp -d /dev/shm/ctinstall-test-XXXXXX')).trim();
  onTestFinished(() => rmSync(old, { recursive: true, force: true }));
  const adopting = `ctinstall --image-dir "$CT_IMAGES" --adopt ${old}`;
  await succeed(`test "$(stat -c %d .)" != "$(stat -c %d ${old})"
    cd ${old}; mkdir -p user-software/bin user-software/empty packed; echo mine > user-software/mine
    ln -s ../mine user-software/bin/link; chmod 600 user-software/mine; echo packed > packed/mine
    mksquashfs packed user-software.squashfs -quiet -no-progress`);

  write('tiny-1.0.yaml', tinyEasyconfig('sanity_check_commands: [grep packed /user-software/mine && false]\n'));
  expect((await run(`${adopting} --dry-run tiny-1.0.yaml`)).stderr).toContain(`would copy the user software of ${old}`);
  expect((await run(`${adopting} tiny-1.0.yaml`)).stderr).toContain('sanity check: grep packed');
  expect(existsSync(root)).toBe(false);
  // One that cannot be read as a whole is not copied in part.
  write('tiny-1.0.yaml', tinyEasyconfig());
  await succeed(`chmod 000 ${old}/user-software/mine`);
  const unread = await run(`${adopting} tiny-1.0.yaml`);
  expect([unread.status, unread.stderr]).toEqual([
    1,
    expect.stringMatching(/could not be copied: all is as it was\n {2}\| .*user-software\/mine/),
  ]);
  expect([existsSync(root), existsSync(join(prefix, '.ctinstall/staging/tiny@1.0'))]).toEqual([false, false]);

  await succeed(`chmod 600 ${old}/user-software/mine; mkdir -p "${root}/user-software"`);
  const taken = await run(`${adopting} tiny-1.0.yaml`);
  expect([taken.status, taken.stderr]).toEqual([
    0,
    expect.stringContaining(`copied the user software of ${old}, which is on another file system and has it still`),
  ]);
  expect(
    await succeed(`cd ${old}; module load tiny; start-shell -c "cat /user-software/mine"; cd "$CONTAINERROOT/user-software"
      cat bin/link; stat -c %a mine; ls -d empty; diff -r . ${old}/user-software; ctinstall verify`),
  ).toBe('packed\nmine\n600\nempty\ntiny/1.0: as installed\n');
});
