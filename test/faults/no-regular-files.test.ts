import { expect, test } from 'vitest';
import { makeSandbox, type Sandbox, tinyEasyconfig } from '../harness/sandbox.ts';

/* What other members of a group can put in the place of a file: opening it must keep nobody waiting. */

const install = 'ctinstall --image-dir "$CT_IMAGES" tiny-1.0.yaml';

/** SIGKILL, as a process that waits in a FIFO may not see others. */
const within = (command: string): string => `timeout -s KILL 60 ${command} </dev/null`;

const makeFifo = 'rm -f "$at"; mkfifo "$at"';
const makeSocket = `rm -f "$at"; python3 -c 'import socket, sys; socket.socket(socket.AF_UNIX).bind(sys.argv[1])' "$at"`;
const makeDevice = 'ln -sfn /dev/zero "$at"';

async function installed(): Promise<Sandbox> {
  const sandbox = makeSandbox();
  sandbox.write('tiny-1.0.yaml', tinyEasyconfig());
  sandbox.write('other-1.0.yaml', tinyEasyconfig('', { name: 'other' }));
  await sandbox.succeed(`${install}; ctinstall --image-dir "$CT_IMAGES" other-1.0.yaml`);
  return sandbox;
}

/** Runs each of the commands, in one script. */
async function runEach(sandbox: Sandbox, commands: readonly string[]): Promise<{ status: number; output: string }[]> {
  const { stdout } = await sandbox.run(
    commands.map((command) => `${within(command)} 2>&1; printf '\\0%s\\0' $?`).join('\n'),
  );
  const parts = stdout.split('\0');
  return commands.map((_, index) => ({ status: Number(parts[2 * index + 1]), output: parts[2 * index] ?? '' }));
}

/** The status of one that `within` had to kill. */
const hung = 137;

test('a FIFO as a lock is a damaged one, whose holder nobody knows; as a journal, `clean` goes on with the rest', async () => {
  const sandbox = await installed();
  await sandbox.succeed(
    `cd "$CTINSTALL_PREFIX/.ctinstall"; mkdir -p locks retired/tiny@1.0 staging/zero@1.0; at=locks/tiny@1.0.lock; ${makeFifo}`,
  );
  const [list, again, clean, forced] = await runEach(sandbox, [
    'ctinstall list',
    `${install} --rebuild --no-wait`,
    'ctinstall clean',
    `${install} --rebuild --force-unlock`,
  ]);
  expect(list).toEqual({ status: 0, output: expect.stringMatching(/other\/1\.0[\s\S]*tiny\/1\.0/) });
  expect(again).toEqual({ status: 1, output: expect.stringContaining('an unknown process') });
  expect(clean).toMatchObject({ status: 0 });
  expect(forced).toMatchObject({ status: 0 });

  await sandbox.succeed(
    `cd "$CTINSTALL_PREFIX/.ctinstall"; mkdir -p retired/tiny@1.0 staging/zero@1.0; at=retired/tiny@1.0/journal.json; ${makeFifo}`,
  );
  const [cleaned, listed] = await runEach(sandbox, ['ctinstall clean', 'ctinstall list']);
  expect(cleaned).toEqual({
    status: 1,
    output: expect.stringContaining('journal.json`: it is a FIFO, not a regular file'),
  });
  expect(listed).toMatchObject({ status: 0 });
  expect(await sandbox.succeed('ls "$CTINSTALL_PREFIX/.ctinstall/staging"')).toBe('');
});

test.each([
  ['a FIFO', makeFifo],
  ['a device', makeDevice],
])(
  '%s as a modulefile or an image of an install, then as a record: that install is named, the others are shown',
  async (what, make) => {
    const sandbox = await installed();
    await sandbox.succeed(
      `at="$CTINSTALL_PREFIX/modules/tiny/1.0.lua"; ${make}; chmod u+w "$CTINSTALL_PREFIX/software/other/1.0"; at="$CTINSTALL_PREFIX/software/other/1.0/tiny.sif"; ${make}`,
    );
    const ofFiles = [
      'ctinstall verify',
      'ctinstall show --modulefile tiny',
      'ctinstall regenerate --all',
      'ctinstall clean',
    ];
    const [verify, ...rest] = await runEach(sandbox, ofFiles);
    expect(verify).toEqual({ status: 1, output: expect.stringContaining(`it is ${what}, not a regular file`) });
    expect(rest.map(({ status }) => status)).not.toContain(hung);

    await sandbox.succeed(`at="$CTINSTALL_PREFIX/software/tiny/1.0/.ctinstall/record.json"; ${make}`);
    const [list, ...others] = await runEach(sandbox, [
      'ctinstall list',
      'ctinstall verify',
      'ctinstall show tiny',
      'ctinstall uninstall --yes tiny',
      install,
    ]);
    expect(list?.output).toContain('other/1.0');
    expect(list?.output).toContain(`record.json\`: it is ${what}`);
    expect(others.map(({ status }) => status)).not.toContain(hung);
  },
);

test.each([
  ['a FIFO', makeFifo],
  ['a socket', makeSocket],
  ['a device', makeDevice],
])('%s as settings, as an image', async (what, make) => {
  const sandbox = makeSandbox();
  sandbox.write('tiny-1.0.yaml', tinyEasyconfig());
  await sandbox.succeed(`at=tiny.sif; ${make}`);
  const ofImage = ['ctinstall new tiny.sif', 'ctinstall show tiny.sif', 'ctinstall --image tiny.sif tiny-1.0.yaml'];
  for (const [index, ran] of (await runEach(sandbox, ofImage)).entries())
    expect([ofImage[index], ran]).toEqual([
      ofImage[index],
      { status: 1, output: expect.stringMatching(/tiny\.sif`:? .*regular file/) },
    ]);
  await sandbox.succeed(`mkdir -p .config/ctinstall; at=.config/ctinstall/settings.yaml; ${make}`);
  const ofSettings = ['ctinstall list', 'ctinstall settings set runtime singularity'];
  for (const [index, ran] of (await runEach(sandbox, ofSettings)).entries())
    expect([ofSettings[index], ran]).toEqual([
      ofSettings[index],
      { status: 1, output: expect.stringContaining(`settings.yaml\`: it is ${what}, not a regular file`) },
    ]);
});

test('a directory in the place of a lock, or a file that may not be read, stops nothing else', async () => {
  const sandbox = await installed();
  await sandbox.succeed(
    'cd "$CTINSTALL_PREFIX/.ctinstall"; mkdir -p locks/other@1.0.lock/in staging/other@1.0 staging/tiny@1.0; touch locks/closed@1.0.lock; chmod 0 locks/closed@1.0.lock',
  );
  expect(await sandbox.run(within('ctinstall clean'))).toMatchObject({
    status: 0,
    stdout: expect.stringMatching(
      /closed@1\.0\.lock` is damaged: `a file that you may not read`[\s\S]*other@1\.0\.lock` is damaged: `a directory`/,
    ),
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
  const commands = [
    'make-squashfs --no-wait',
    'ctinstall squashfs make --no-wait tiny',
    'ctinstall clean',
    'ctinstall list',
    'ctinstall uninstall --yes --no-wait other',
  ];
  const { stdout } = await sandbox.run(
    `module load tiny; ${commands.map((command) => `${within(command)} 2>&1; printf '\\0'`).join('\n')}`,
  );
  for (const [index, command] of commands.entries()) {
    const said = stdout.split('\0')[index] ?? '';
    expect([command, said]).toEqual([command, expect.stringContaining('process ')]);
    expect([command, said]).toEqual([command, expect.not.stringMatching(/^error: all/m)]);
    expect([command, said]).toEqual([command, expect.not.stringContaining('\u001b')]);
  }
});
