import { existsSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { makeSandbox, type Sandbox, tinyEasyconfig } from '../harness/sandbox.ts';

const install = 'ctinstall --image-dir "$CT_IMAGES" tiny-1.0.yaml';
const signals = [
  ['INT', 130],
  ['TERM', 143],
] as const;

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

describe.each(signals)('SIG%s', (signal, status) => {
  test('while it waits for a lock: it stops at once, and the lock stays', async () => {
    const sandbox = await installed();
    await sandbox.succeed(heldElsewhere('tiny@1.0'));
    const before = await tree(sandbox);
    for (const command of [`${install} --rebuild`, 'ctinstall uninstall --yes tiny']) {
      const ran = await sandbox.run(
        `${background(command)}; ${until('grep -q "waiting for process 1 of jo on nid001234, Slurm job 4711; if .*--force-unlock" out')}; kill -${signal} $pid; wait $pid; echo "status $?"; rm out`,
      );
      expect(ran.stdout).toBe(`status ${status}\n`);
      expect(await tree(sandbox)).toBe(before);
    }
  });

  test.each([
    ['squashfs make', 'mksquashfs', ''],
    ['squashfs make --remove-directory', 'mksquashfs', ''],
    ['squashfs unmake', 'unsquashfs', 'ctinstall squashfs make --remove-directory tiny'],
  ])('while the tool of `ctinstall %s` is at work: all is as before', async (command, tool, first) => {
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
    expect(ran.stdout).toBe(`status ${status}\n0\nmine\n`);
    expect(await tree(sandbox)).toBe(before);
  });

  test('at any moment of an uninstall or a clean: all is as before, or it is done', async () => {
    const sandbox = await installed();
    const left = `${sandbox.prefix}/.ctinstall/staging/tiny@1.0/left`;
    const seen = { stopped: 0, done: 0 };
    // On a busy machine none has come to its end by then.
    for (const command of ['ctinstall uninstall --yes --with-user-software tiny', 'ctinstall clean'])
      for (let milliseconds = 40; milliseconds <= 320 || (seen.done === 0 && milliseconds < 60_000); ) {
        if (command.endsWith('clean')) sandbox.write(left, 'x');
        else await sandbox.succeed(`${install} && mkdir -p "$CTINSTALL_PREFIX/software/tiny/1.0/user-software/deep"`);
        const before = await tree(sandbox);
        const ran = await sandbox.run(
          `${background(command)}; sleep ${milliseconds / 1000}; kill -${signal} $pid 2>/dev/null; wait $pid; echo "status $?"`,
        );
        expect(ran.stdout).toMatch(new RegExp(`^status (0|${status})\n$`));
        // A signal can come when all is done, but for the end of the process.
        const isDone = command.endsWith('clean') ? !existsSync(left) : !existsSync(`${sandbox.prefix}/modules/tiny`);
        seen[isDone ? 'done' : 'stopped'] += 1;
        if (!isDone) expect(await tree(sandbox)).toBe(before);
        else if (!command.endsWith('clean'))
          expect(await sandbox.succeed('cd "$CTINSTALL_PREFIX"; find . ! -type d')).toBe('');
        if (ran.stdout === 'status 0\n') expect(isDone).toBe(true);
        milliseconds += milliseconds < 320 ? 40 : milliseconds;
      }
    expect(seen.stopped).toBeGreaterThan(1);
    expect(seen.done).toBeGreaterThan(0);
  });

  test('twice, while a program that is run does not end: it stops at once, and the next run clears up', async () => {
    const sandbox = makeSandbox();
    sandbox.write(
      'tiny-1.0.yaml',
      tinyEasyconfig(
        'post_install:\n  - { command: "trap \'\' INT TERM; touch started; while :; do sleep 0.1; done", host: true }\n',
      ),
    );
    sandbox.write('plain/tiny-1.0.yaml', tinyEasyconfig());
    const ran = await sandbox.run(
      `${background(`${install} --allow-host-commands`)}; ${until('[ -n "$(find "$CTINSTALL_PREFIX" -name started 2>/dev/null)" ]')}; kill -${signal} $pid; ${until('grep -q "once more" out')}; sleep 0.3; kill -${signal} $pid; wait $pid; echo "status $?"; ctinstall clean >/dev/null; find "$CTINSTALL_PREFIX" -name started; ctinstall --image-dir "$CT_IMAGES" plain/tiny-1.0.yaml >/dev/null; ctinstall verify`,
    );
    expect(ran.stdout).toBe(`status ${status}\ntiny/1.0: as installed\n`);
  });
});
