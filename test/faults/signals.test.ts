import { existsSync } from 'node:fs';
import { expect, test } from 'vitest';
import { makeSandbox, type Sandbox, tinyEasyconfig } from '../harness/sandbox.ts';

const install = 'ctinstall --image-dir "$CT_IMAGES" tiny-1.0.yaml';
/** With the exit status of what one stops. */
const signals = { INT: 130, TERM: 143 };

/** Waits for something at most a minute, and says so if it does not come. */
const until = (condition: string): string =>
  `for i in $(seq 1200); do ${condition} && break; sleep 0.05; done; ${condition} || echo never`;

/** Job control, as in an interactive shell: a background job of a script would ignore SIGINT. */
const background = (command: string): string => `set -m; ${command} >out 2>&1 & pid=$!; set +m`;

async function installed(): Promise<Sandbox> {
  const sandbox = makeSandbox();
  sandbox.write('tiny-1.0.yaml', tinyEasyconfig());
  await sandbox.succeed(`${install}; echo mine >"$CTINSTALL_PREFIX/software/tiny/1.0/user-software/mine"`);
  return sandbox;
}

/** All that is under the prefix: kind, mode, size, time, name, and what is in the files. */
function tree(sandbox: Sandbox): Promise<string> {
  return sandbox.succeed(
    'cd "$CTINSTALL_PREFIX"; find . ! -type d -printf "%M %s %t %p %l\\n" | sort; find . -type d -printf "%m %p\\n" | sort; find . -type f -exec sha256sum {} + | sort',
  );
}

/** A holder that cannot be judged: whoever waits for it waits until a signal comes. */
const heldElsewhere = (name: string): string =>
  `mkdir -p "$CTINSTALL_PREFIX/.ctinstall/locks"; echo '{"host":"nid001234","pid":1,"started":"1","boot":"x","user":"jo","slurmJob":"4711"}' >"$CTINSTALL_PREFIX/.ctinstall/locks/${name}.lock"`;

test('a signal while it waits for a lock: it stops at once, and the lock stays', async () => {
  const sandbox = await installed();
  await sandbox.succeed(heldElsewhere('tiny@1.0'));
  const before = await tree(sandbox);
  for (const [command, signal] of [
    [`${install} --rebuild`, 'INT'],
    ['ctinstall uninstall --yes tiny', 'TERM'],
  ] as const) {
    const ran = await sandbox.run(
      `${background(command)}; ${until('grep -q "waiting for process 1 of jo on nid001234, Slurm job 4711; if .*--force-unlock" out')}; kill -${signal} $pid; wait $pid; echo "status $?"; rm out`,
    );
    expect([command, ran.stdout]).toEqual([command, `status ${signals[signal]}\n`]);
    expect(await tree(sandbox)).toBe(before);
  }
});

test.each([
  ['INT', 'squashfs make --remove-directory', 'mksquashfs', ''],
  ['TERM', 'squashfs unmake', 'unsquashfs', 'ctinstall squashfs make --remove-directory tiny'],
] as const)(
  'SIG%s while the tool of `ctinstall %s` is at work: all is as before',
  async (signal, command, tool, first) => {
    const sandbox = await installed();
    if (first !== '') await sandbox.succeed(first);
    // One that is done but does not end, even if asked to.
    sandbox.write(
      `fakes/${tool}`,
      `#!/bin/bash\nreal() { PATH=\${PATH#*:} ${tool} "$@"; }\nif [[ "$*" != *user-software* || " $* " != *' -processors '* ]]; then real "$@"; exit; fi\ntrap '' INT TERM; real "$@" >/dev/null; touch ~/started; while :; do sleep 0.1; done\n`,
    );
    const before = await tree(sandbox);
    const ran = await sandbox.run(
      `chmod +x fakes/*; PATH=$PWD/fakes:$PATH; ${background(`ctinstall ${command} tiny`)}; ${until('[ -e started ]')}; kill -${signal} $pid; wait $pid; echo "status $?"; pgrep -u "$(id -u)" -f "$HOME/fakes" | wc -l; module load tiny; singularity exec "$SIF" cat /user-software/mine`,
    );
    expect(ran.stdout).toBe(`status ${signals[signal]}\n0\nmine\n`);
    expect(await tree(sandbox)).toBe(before);
  },
);

test.each([
  ['INT', 'ctinstall uninstall --yes --with-user-software tiny'],
  ['TERM', 'ctinstall clean'],
] as const)('SIG%s at any moment of `%s`: all is as before, or it is done', async (signal, command) => {
  const sandbox = await installed();
  const isClean = command === 'ctinstall clean';
  const left = sandbox.write(`${sandbox.prefix}/.ctinstall/staging/tiny@1.0/left`, 'x');
  if (!isClean)
    await sandbox.succeed('ctinstall clean; mkdir -p "$CTINSTALL_PREFIX/software/tiny/1.0/user-software/deep"');
  const before = await tree(sandbox);
  let stopped = 0;
  let isDone = false;
  // On a busy machine it comes to its end late.
  for (let milliseconds = 40; !isDone && milliseconds < 60_000; milliseconds *= 1.25) {
    const ran = await sandbox.run(
      `${background(command)}; sleep ${milliseconds / 1000}; kill -${signal} $pid 2>/dev/null; wait $pid; echo "status $?"`,
    );
    expect(ran.stdout).toMatch(new RegExp(`^status (0|${signals[signal]})\n$`));
    // A signal can come when all is done, but for the end of the process.
    isDone = isClean ? !existsSync(left) : !existsSync(`${sandbox.prefix}/modules/tiny`);
    if (!isDone) {
      stopped += 1;
      expect(await tree(sandbox)).toBe(before);
    } else if (!isClean) expect(await sandbox.succeed('cd "$CTINSTALL_PREFIX"; find . ! -type d')).toBe('');
    if (ran.stdout === 'status 0\n') expect(isDone).toBe(true);
  }
  expect(stopped).toBeGreaterThan(1);
  expect(isDone).toBe(true);
});

test('SIGINT twice, while a program that is run does not end: it stops at once, and the next run clears up', async () => {
  const sandbox = makeSandbox();
  sandbox.write(
    'tiny-1.0.yaml',
    tinyEasyconfig(
      'post_install:\n  - { command: "trap \'\' INT TERM; touch started; while :; do sleep 0.1; done", host: true }\n',
    ),
  );
  sandbox.write('plain/tiny-1.0.yaml', tinyEasyconfig());
  const ran = await sandbox.run(
    `${background(`${install} --allow-host-commands`)}; ${until('[ -n "$(find "$CTINSTALL_PREFIX" -name started 2>/dev/null)" ]')}; kill -INT $pid; ${until('grep -q "once more" out')}; sleep 0.3; kill -INT $pid; wait $pid; echo "status $?"; ctinstall clean >/dev/null; find "$CTINSTALL_PREFIX" -name started; ctinstall --image-dir "$CT_IMAGES" plain/tiny-1.0.yaml >/dev/null; ctinstall verify`,
  );
  expect(ran.stdout).toBe(`status ${signals.INT}\ntiny/1.0: as installed\n`);
});
