import { expect, test } from 'vitest';
import { makeSandbox, tinyEasyconfig } from '../harness/sandbox.ts';

const install = 'ctinstall install --allow-host-commands --image-dir "$CT_IMAGES" tiny-1.0.yaml';
const use = 'module load tiny; singularity exec "$SIF" cat /user-software/mine';
/** The clock of what runs is that many years from now; it goes on from there. (Not that of Node.js's timers, which only waits.) */
const at = (years: string, command: string): string =>
  `NO_FAKE_STAT=1 FAKETIME_DONT_FAKE_MONOTONIC=1 faketime -f '${years}y' ${command}`;

test('every command under a clock that is years behind, or ahead, of the one before', async () => {
  const sandbox = makeSandbox();
  sandbox.write('tiny-1.0.yaml', tinyEasyconfig('sanity_check_commands: ["true"]\n'));
  const here = `${sandbox.prefix}/software/tiny/1.0`;
  expect(await sandbox.succeed(`${at('-12', 'date +%Y')}; date +%Y`)).toMatch(/^20[01]\d\n20[2-9]\d\n$/);
  const clocks = [
    ['+0', '-12'],
    ['-9', '+9'],
  ] as const;
  for (const [first, then] of clocks) {
    await sandbox.succeed(`${at(first, install)}; echo mine >"${here}/user-software/mine"`);
    const out = await sandbox.succeed(`
      ${at(then, `${install} --rebuild`)} >&2; ${use}
      ${at(first, 'ctinstall verify')}
      ${at(first, 'ctinstall squashfs make tiny')} >&2
      ${at(then, 'ctinstall squashfs make tiny')} >&2; ${use}
      ${at(then, 'ctinstall squashfs unmake tiny')} >&2
      ${at(then, 'ctinstall squashfs make --remove-directory tiny')} >&2; ${use}
      ${at(first, 'ctinstall squashfs unmake tiny')} >&2; ${use}
      ${at(then, 'ctinstall clean')} >&2; ${at(first, 'ctinstall list')} | cut -c 1-8
      ${at(then, 'ctinstall uninstall --yes --with-user-software tiny')}
      find "$CTINSTALL_PREFIX" ! -type d`);
    expect(out).toBe(`mine\ntiny/1.0: as installed\n${'mine\n'.repeat(3)}tiny/1.0\nremoved tiny/1.0\n`);
  }
});

test('a clock that jumps back while it runs', async () => {
  const sandbox = makeSandbox();
  sandbox.write('tiny-1.0.yaml', tinyEasyconfig('sanity_check_commands: ["true"]\n'));
  // Each call for the time finds it earlier than the one before.
  const back = 'NO_FAKE_STAT=1 FAKETIME_DONT_FAKE_MONOTONIC=1 faketime -f "+0 i-1.5"';
  const out = await sandbox.succeed(`
    ${back} ${install} >&2; echo mine >"$CTINSTALL_PREFIX/software/tiny/1.0/user-software/mine"
    ${back} ${install} --rebuild >&2
    ${back} ctinstall squashfs make --remove-directory tiny >&2; ${use}
    ${back} ctinstall squashfs unmake tiny >&2; ctinstall verify
    ${back} ctinstall uninstall --yes --with-user-software tiny`);
  expect(out).toBe('mine\ntiny/1.0: as installed\nremoved tiny/1.0\n');
});

test('neither a lock nor what is stale is judged by the clock', async () => {
  const sandbox = makeSandbox();
  sandbox.write(
    'tiny-1.0.yaml',
    tinyEasyconfig(
      'sanity_check_commands: [{ command: "touch ~/started; for i in $(seq 600); do [ -e ~/go ] && break; sleep 0.1; done", host: true }]\n',
    ),
  );
  const wait = 'for i in $(seq 600); do [ -e started ] && break; sleep 0.1; done';
  // One that lives is believed by one whose clock is ten years later; one that was killed is not, ten years before.
  const ran = await sandbox.run(
    `${install} >/dev/null 2>&1 & ${wait}; ${at('+10', `${install} --no-wait`)}; echo "status $?"
    kill -9 $!; wait $! 2>/dev/null; touch go; ${at('-10', install)}; echo "status $?"; ${at('-10', 'ctinstall verify')}`,
  );
  expect(ran.stdout).toBe('status 1\nmodule load tiny/1.0\nstatus 0\ntiny/1.0: as installed\n');
  expect(ran.stderr).toMatch(/^error: another ctinstall is at work on the same install: process \d+ of /m);
  expect(ran.stderr).toContain('clearing up after an earlier run on tiny/1.0 that was stopped');
});
