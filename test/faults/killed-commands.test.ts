import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { makeSandbox, type Sandbox, tinyEasyconfig } from '../harness/sandbox.ts';

/*
 * ctinstall alone is killed while a command that it has started is at work. That goes on, with the real runtime: until the
 * next run ends it, before it clears up.
 */

const install = 'ctinstall --image-dir "$CT_IMAGES" tiny-1.0.yaml';

/** Writes all the time, into the install dir and into user software, once by a child in a session of its own. */
const writing = `post_install:
  - 'cd "%(installdir)s"; setsid sh -c "while :; do echo x >> user-software/more; sleep 0.02; done" & while :; do echo x >> made; echo x >> /user-software/made; sleep 0.02; done'
`;

/** Bash: prints what of the sandbox is still at work, ctinstall's own locks and this shell left out. */
const atWork = `at_work() {
  local each
  for each in /proc/[0-9]*; do
    grep -qz '^CTINSTALL_COMMAND=' "$each/environ" 2>/dev/null || continue
    { tr '\\0' ' ' <"$each/environ"; tr '\\0' ' ' <"$each/cmdline"; } 2>/dev/null | grep -qF "$here" && echo "\${each#/proc/}"
  done
  true
}
until_it() { local i; for i in $(seq 1200); do "$@" && return; sleep 0.05; done; echo never; }
`;

function killed(sandbox: Sandbox, condition: string, command = install): Promise<string> {
  return sandbox.succeed(`here=${sandbox.dir}\n${atWork}
    ${command} >out 2>&1 & pid=$!
    until_it ${condition}
    kill -9 $pid; wait $pid 2>/dev/null || echo "killed $?"
    [ -n "$(at_work)" ] && echo 'goes on'`);
}

const left = (sandbox: Sandbox): string => `here=${sandbox.dir}\n${atWork} at_work`;

function prepared(more: string): Sandbox & { readonly installDir: string; readonly staging: string } {
  const sandbox = makeSandbox();
  sandbox.write('tiny-1.0.yaml', tinyEasyconfig(more));
  const { prefix } = sandbox;
  return {
    ...sandbox,
    installDir: join(prefix, 'software/tiny/1.0'),
    staging: join(prefix, '.ctinstall/staging/tiny@1.0'),
  };
}

test.each([
  ['the next run', install],
  ['ctinstall clean', 'ctinstall clean'],
])('a post_install that writes goes on after a kill, until %s', async (_, next) => {
  const sandbox = prepared(writing);
  const { run, succeed, installDir, staging, write } = sandbox;
  expect(await killed(sandbox, `test -s "${staging}/user-software/more" -a -s "${staging}/made"`)).toBe(
    'killed 137\ngoes on\n',
  );
  write('tiny-1.0.yaml', tinyEasyconfig());
  expect(await run(next)).toMatchObject({ status: 0 });
  expect(await succeed(left(sandbox))).toBe('');
  expect(existsSync(staging)).toBe(false);
  if (next !== install) expect(existsSync(installDir)).toBe(false);
  else
    expect(await succeed('ctinstall verify; ls -A "$CTINSTALL_PREFIX/software/tiny/1.0/user-software"')).toBe(
      'tiny/1.0: as installed\n',
    );
  expect(await succeed('find "$CTINSTALL_PREFIX/.ctinstall" -mindepth 2')).toBe('');
});

test('also in a rebuild, where user software is the user’s: nothing writes to it any more', async () => {
  const sandbox = prepared('');
  const { succeed, installDir, write } = sandbox;
  await succeed(`${install}; echo mine > "$CTINSTALL_PREFIX/software/tiny/1.0/user-software/mine"`);
  write('tiny-1.0.yaml', tinyEasyconfig(writing));
  const written = `test -s "${installDir}/user-software/more" -a -s "${installDir}/user-software/made"`;
  expect(await killed(sandbox, written, `${install} --rebuild`)).toBe('killed 137\ngoes on\n');
  expect(await succeed('ctinstall verify')).toBe('tiny/1.0: as installed\n');
  write('tiny-1.0.yaml', tinyEasyconfig());
  await succeed(install);
  expect(await succeed(left(sandbox))).toBe('');
  expect(await succeed('ctinstall verify; module load tiny; cat "$CONTAINERROOT/user-software/mine"')).toBe(
    'tiny/1.0: as installed\nmine\n',
  );
  expect(await succeed('find "$CTINSTALL_PREFIX/.ctinstall" -mindepth 2')).toBe('');
});

test('a pull that was at work is ended', async () => {
  const sandbox = prepared('');
  const { succeed, write, dir, staging } = sandbox;
  write('tiny-1.0.yaml', tinyEasyconfig().replace('tiny.sif', 'none.sif, source: docker-archive:none.tar'));
  write(
    'slow',
    `#!/bin/bash\n[[ $1 == pull ]] || exec singularity "$@"\nwhile :; do echo x >>"\${*: -2:1}"; sleep 0.02; done\n`,
  );
  await succeed('chmod +x slow');
  const part = `test -s "${staging}/none.sif.part~/image.sif"`;
  expect(await killed(sandbox, part, `ctinstall --runtime ${dir}/slow tiny-1.0.yaml`)).toBe('killed 137\ngoes on\n');
  write('tiny-1.0.yaml', tinyEasyconfig());
  await succeed(install);
  expect(await succeed(left(sandbox))).toBe('');
  expect(existsSync(staging)).toBe(false);
});
