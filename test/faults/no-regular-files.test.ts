import { describe, expect, test } from 'vitest';
import { makeSandbox, type Sandbox, tinyEasyconfig } from '../harness/sandbox.ts';

/* What other members of a group can put in the place of a file: opening it must keep nobody waiting. */

const install = 'ctinstall --image-dir "$CT_IMAGES" tiny-1.0.yaml';

/** SIGKILL, as a process that waits in a FIFO may not see others. */
const within = (command: string): string => `timeout -s KILL 60 ${command} </dev/null`;

/** Each makes what has the name `$at`. */
const kinds = [
  ['a FIFO', 'rm -f "$at"; mkfifo "$at"'],
  ['a socket', `rm -f "$at"; python3 -c 'import socket, sys; socket.socket(socket.AF_UNIX).bind(sys.argv[1])' "$at"`],
  ['a device', 'ln -sfn /dev/zero "$at"'],
] as const;

async function installed(): Promise<Sandbox> {
  const sandbox = makeSandbox();
  sandbox.write('tiny-1.0.yaml', tinyEasyconfig());
  sandbox.write('other-1.0.yaml', tinyEasyconfig('', { name: 'other' }));
  await sandbox.succeed(`${install}; ctinstall --image-dir "$CT_IMAGES" other-1.0.yaml`);
  return sandbox;
}

describe.each(kinds)('%s', (what, make) => {
  test('as a lock: a damaged one, whose holder nobody knows', async () => {
    const sandbox = await installed();
    await sandbox.succeed(
      `mkdir -p "$CTINSTALL_PREFIX/.ctinstall/locks"; cd "$CTINSTALL_PREFIX/.ctinstall/locks"; at=tiny@1.0.lock; ${make}`,
    );
    const list = await sandbox.run(within('ctinstall list'));
    expect(list).toMatchObject({ status: 0, stdout: expect.stringMatching(/other\/1\.0[\s\S]*tiny\/1\.0/) });
    const again = await sandbox.run(within(`${install} --rebuild --no-wait`));
    if (what !== 'a device')
      expect(again).toMatchObject({ status: 1, stderr: expect.stringContaining('an unknown process') });
    expect(await sandbox.run(within('ctinstall clean'))).toMatchObject({ status: 0 });
    if (what !== 'a device')
      expect(await sandbox.run(within(`${install} --rebuild --force-unlock`))).toMatchObject({ status: 0 });
  });

  test('as a record: that install is named, the others are shown', async () => {
    const sandbox = await installed();
    await sandbox.succeed(`at="$CTINSTALL_PREFIX/software/tiny/1.0/.ctinstall/record.json"; ${make}`);
    const list = await sandbox.run(within('ctinstall list'));
    expect(list.stdout).toContain('other/1.0');
    expect(list.stderr).toContain(`record.json\`: it is ${what}`);
    for (const command of ['ctinstall verify', 'ctinstall show tiny', 'ctinstall uninstall --yes tiny'])
      expect([command, (await sandbox.run(within(command))).signal]).toEqual([command, null]);
    expect((await sandbox.run(within(install))).signal).toBe(null);
  });

  test('as a modulefile or an image of an install', async () => {
    const sandbox = await installed();
    await sandbox.succeed(
      `at="$CTINSTALL_PREFIX/modules/tiny/1.0.lua"; ${make}; chmod u+w "$CTINSTALL_PREFIX/software/other/1.0"; at="$CTINSTALL_PREFIX/software/other/1.0/tiny.sif"; ${make}`,
    );
    const verify = await sandbox.run(within('ctinstall verify'));
    expect(verify).toMatchObject({ status: 1, stdout: expect.stringContaining(`it is ${what}, not a regular file`) });
    for (const command of ['ctinstall show --modulefile tiny', 'ctinstall regenerate --all', 'ctinstall clean']) {
      const ran = await sandbox.run(within(command));
      expect([command, ran.status]).not.toEqual([command, 137]);
    }
  });

  test('as a journal: `clean` goes on with the rest, and says which it is', async () => {
    const sandbox = await installed();
    await sandbox.succeed(
      `cd "$CTINSTALL_PREFIX/.ctinstall"; mkdir -p retired/tiny@1.0 staging/zero@1.0; at=retired/tiny@1.0/journal.json; ${make}`,
    );
    expect(await sandbox.run(within('ctinstall clean'))).toMatchObject({
      status: 1,
      stderr: expect.stringContaining(`journal.json\`: it is ${what}, not a regular file`),
    });
    expect(await sandbox.succeed('ls "$CTINSTALL_PREFIX/.ctinstall/staging"')).toBe('');
    expect(await sandbox.run(within('ctinstall list'))).toMatchObject({ status: 0 });
  });

  test('as settings', async () => {
    const sandbox = makeSandbox();
    await sandbox.succeed(`mkdir -p .config/ctinstall; at=.config/ctinstall/settings.yaml; ${make}`);
    for (const command of ['ctinstall list', 'ctinstall settings', 'ctinstall settings set runtime singularity'])
      expect([command, await sandbox.run(within(command))]).toMatchObject([
        command,
        { status: 1, stderr: expect.stringContaining(`settings.yaml\`: it is ${what}, not a regular file`) },
      ]);
  });

  test('as an image', async () => {
    const sandbox = makeSandbox();
    sandbox.write('tiny-1.0.yaml', tinyEasyconfig());
    await sandbox.succeed(`at=tiny.sif; ${make}`);
    for (const command of [
      'ctinstall new tiny.sif',
      'ctinstall show tiny.sif',
      'ctinstall --image tiny.sif tiny-1.0.yaml',
    ])
      expect([command, await sandbox.run(within(command))]).toMatchObject([
        command,
        { status: 1, stderr: expect.stringMatching(/tiny\.sif`:? .*regular file/) },
      ]);
  });
});

test('a directory in the place of a lock stops nothing else', async () => {
  const sandbox = await installed();
  await sandbox.succeed(
    'cd "$CTINSTALL_PREFIX/.ctinstall"; mkdir -p locks/other@1.0.lock/in staging/other@1.0 staging/tiny@1.0',
  );
  expect(await sandbox.run(within('ctinstall clean'))).toMatchObject({
    status: 0,
    stdout: expect.stringContaining('other@1.0.lock` is damaged: `a directory`'),
  });
  expect(await sandbox.succeed('ls "$CTINSTALL_PREFIX/.ctinstall/staging"')).toBe('other@1.0\n');
  expect(await sandbox.run(within('ctinstall list'))).toMatchObject({ status: 0 });
});

test('what others wrote into a lock reaches no terminal as it is', async () => {
  const sandbox = await installed();
  const trick = 'jo\\033[2J\\nerror: all is lost';
  await sandbox.succeed(
    `ln -s "$(printf '${trick}:1:1:x:${trick}::')" "$CTINSTALL_PREFIX/software/tiny/1.0/.ctinstall/user-software.lock"`,
  );
  await sandbox.succeed(
    `mkdir -p "$CTINSTALL_PREFIX/.ctinstall/locks"; t='jo\\u001b[2J\\nerror: all is lost'; printf '{"host":"%s","pid":1,"started":"1","boot":"x","user":"%s"}' "$t" "$t" >"$CTINSTALL_PREFIX/.ctinstall/locks/other@1.0.lock"`,
  );
  for (const command of [
    'make-squashfs --no-wait',
    'ctinstall squashfs make --no-wait tiny',
    'ctinstall clean',
    'ctinstall list',
    'ctinstall uninstall --yes --no-wait other',
  ]) {
    const { stdout, stderr } = await sandbox.run(`module load tiny; ${within(command)}`);
    expect(stdout + stderr).toContain('process ');
    expect([command, stdout + stderr]).toEqual([command, expect.not.stringMatching(/^error: all/m)]);
    expect(stdout + stderr).not.toContain('\u001b');
  }
});
