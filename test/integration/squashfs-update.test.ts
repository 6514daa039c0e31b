import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { killAtRandom } from '../faults/random-kills.ts';
import { makeSandbox, type Sandbox, tinyEasyconfig } from '../harness/sandbox.ts';

const pack = 'ctinstall squashfs --remove-directory tiny';

/** An install whose user software is packed: a file `mine`. */
async function packed(how = pack, ...whenDone: Parameters<typeof makeSandbox>): Promise<Sandbox> {
  const sandbox = makeSandbox(...whenDone);
  sandbox.write('tiny-1.0.yaml', tinyEasyconfig('env: { container: { INSIDE: "a $b" } }\n'));
  await sandbox.succeed(
    `ctinstall --image-dir "$CT_IMAGES" tiny-1.0.yaml; echo mine >"$CTINSTALL_PREFIX/software/tiny/1.0/user-software/mine"; ${how}`,
  );
  return sandbox;
}

/** Prints what the module shows at /user-software, and what else is in the install dir. */
const look = `module load tiny; singularity exec "$SIF" sh -c 'cd /user-software && for f in *; do echo "$f=$(cat "$f")"; done'
  ls -A "$CONTAINERROOT" | grep user-software; ls "$CONTAINERROOT/.ctinstall" | grep -v squashfs- | grep user-software || true`;

describe('ctinstall squashfs update', () => {
  test('runs a command on what is packed, with our stdin, stdout and environment, and packs again; with the module loaded, none needs to be named', async () => {
    const sandbox = await packed();
    const ran = await sandbox.run(
      `export MINE=1 OMP_NUM_THREADS=3 child=mine SINGULARITY_BIND=$HOME:/here
       echo from stdin | ctinstall squashfs update tiny -- sh -c 'cat >/user-software/new; echo "$INSIDE $MINE$OMP_NUM_THREADS$child$LC_ALL $HOME"; ls /here/tiny-1.0.yaml; command -v sh; echo talk >&2' -v --json`,
    );
    expect(ran.status).toBe(0);
    expect(ran.stdout).toMatch(/^a \$b 13mine \/.*\n\/here\/tiny-1\.0\.yaml\n/);
    expect(ran.stdout).toMatch(/^packed 2 files and directories, .*\n.*\nfiles: 3 before, 1 after; .* saved$/m);
    expect(ran.stderr).toContain('talk\n');
    expect(await sandbox.succeed(look)).toBe('mine=mine\nnew=from stdin\nuser-software.squashfs\n');
    // One object a line on stdout, what the command says on stderr.
    const json = await sandbox.run(
      `module load tiny; ctinstall squashfs --json update -- sh -c 'echo said; rm /user-software/mine; echo "$INSIDE" >/user-software/a'`,
    );
    const events = json.stdout
      .trimEnd()
      .split('\n')
      .map((line): unknown => JSON.parse(line));
    expect(events.at(-1)).toMatchObject({
      event: 'squashfs',
      action: 'update',
      module: 'tiny/1.0',
      filesBefore: 3,
      filesAfter: 1,
    });
    expect(json.stderr).toContain('said\n');
    expect(await sandbox.succeed(look)).toBe('a=a $b\nnew=from stdin\nuser-software.squashfs\n');
    await sandbox.succeed(`module load tiny; update-squashfs -- sh -c 'echo b >/user-software/a'`);
    expect(await sandbox.succeed(look)).toBe('a=b\nnew=from stdin\nuser-software.squashfs\n');
  });

  test('a directory that was never packed is refused; one that was kept is brought up to date as well, and not lost if it changed', async () => {
    const sandbox = await packed('true');
    const directory = await sandbox.run(
      'ctinstall squashfs update tiny -- touch /user-software/x; status=$?; ctinstall squashfs tiny >&2; exit $status',
    );
    expect(directory.status).toBe(1);
    expect(directory.stderr).toContain(
      'error: nothing to update: the user software is a directory, in which you can write',
    );
    expect(directory.stderr).toContain('start-shell -c');
    const here = `${sandbox.prefix}/software/tiny/1.0`;
    await sandbox.succeed(`ctinstall squashfs update tiny -- sh -c 'echo new >/user-software/new'`);
    expect(await sandbox.succeed(`cat "${here}"/user-software/new; ctinstall squashfs tiny >/dev/null`)).toBe('new\n');
    expect(await sandbox.succeed(look)).toMatch(
      /^mine=mine\nnew=new\nuser-software\nuser-software.squashfs\nuser-software.lineage\n$/,
    );
    const refused = await sandbox.run(
      `echo x >"${here}"/user-software/x; ctinstall squashfs update tiny -- touch /user-software/y`,
    );
    expect(refused.status).toBe(1);
    expect(refused.stderr).toContain('has changed since it was packed');
    expect(await sandbox.succeed(look)).toContain('mine=mine\nnew=new\nuser-software\n');
    expect(await sandbox.succeed(`cat "${here}"/user-software/x`)).toBe('x\n');
  });
});

describe('nothing is changed', () => {
  let sandbox: Sandbox;
  let remove = (): void => {};
  beforeAll(async () => {
    sandbox = await packed(pack, (removing) => {
      remove = removing;
    });
  });
  afterAll(() => remove());

  const cases: [string, string, number, string][] = [
    [
      'when the command fails',
      "tiny -- sh -c 'touch /user-software/x; exit 7'",
      1,
      'error: the command ended with exit status 7;',
    ],
    ['when it is not there', 'tiny -- no-such-command', 1, 'error: the command ended with exit status '],
    ['when it kills itself', "tiny -- sh -c 'touch /user-software/x; kill -9 $$'", 1, 'error: the command '],
    ['without a command', 'tiny', 2, 'error: there is no command to run'],
    ['without one after the dashes', 'tiny --', 2, 'error: there is no command to run'],
    ['for a command that none asked for', 'status tiny -- true', 2, 'error: '],
  ];
  const state = '(cd "$CTINSTALL_PREFIX/software/tiny/1.0"; sha256sum *.squashfs; ls -A1R .)';
  test(cases.map(([what]) => what).join(', '), async () => {
    const before = await sandbox.succeed(state);
    for (const [what, words, status, message] of cases) {
      const command = words.startsWith('status') ? words : `update ${words}`;
      const ran = await sandbox.run(`ctinstall squashfs ${command} >out; status=$?; ${state}; exit $status`);
      expect([what, ran.status, ran.stderr]).toEqual([what, status, expect.stringContaining(message)]);
      expect([what, ran.stdout]).toEqual([what, before]);
    }
  });

  test('by SIGINT or SIGTERM while the command runs, which is ended', async () => {
    for (const [signal, status] of [
      ['INT', 130],
      ['TERM', 143],
    ]) {
      const ran = await sandbox.run(
        `rm -f started; set -m; ctinstall squashfs update tiny -- sh -c 'touch /user-software/x; echo $$ >started; exec sleep 600' </dev/null >out 2>&1 & pid=$!; set +m
         for i in $(seq 1200); do [ -s started ] && break; sleep 0.05; done; kill -${signal} $pid; wait $pid; echo "status $?"
         for i in $(seq 200); do kill -0 $(cat started) 2>/dev/null || break; sleep 0.05; done; kill -0 $(cat started) 2>/dev/null && echo runs
         ${look}`,
      );
      expect([signal, ran.stdout]).toEqual([signal, `status ${status}\nmine=mine\nuser-software.squashfs\n`]);
    }
  });

  test('by Ctrl-C on a terminal, which the command has', async () => {
    const on = await sandbox.run(
      `script -qec 'ctinstall squashfs update tiny -- sh -c "test -t 0 && test -t 1 && echo yes >/user-software/terminal"' /dev/null </dev/null; ${look}`,
    );
    expect(on.stdout).toContain('mine=mine\nterminal=yes\nuser-software.squashfs\n');
    // The terminal sends the signal to all that is in front.
    const stopped = await sandbox.run(
      `rm -f started; (for i in $(seq 1200); do [ -s started ] && break; sleep 0.05; done; printf '\\003'; for i in $(seq 1200); do kill -0 $(cat started) 2>/dev/null || break; sleep 0.05; done) |
         script -qec 'trap : INT; ctinstall squashfs update tiny -- sh -c "echo \\$\\$ >started; exec sleep 600"; echo "status $?"' /dev/null; kill -0 $(cat started) 2>/dev/null && echo runs; ${look}`,
    );
    expect(stopped.stdout).toContain('status 130');
    expect(stopped.stdout).not.toMatch(/^runs/m);
    expect(stopped.stdout).toContain('mine=mine\nterminal=yes\nuser-software.squashfs\n');
  });

  test('by kill -9 at any moment, whatever goes on by itself; the next run clears up', async () => {
    const sandbox = await packed();
    const check = (version: string): string =>
      `module load tiny; singularity exec "$SIF" sh -c 'cat /user-software/mine; cat /user-software/big | wc -c'; ctinstall squashfs update tiny -- sh -c 'echo ${version} >/user-software/mine' >/dev/null && ctinstall verify tiny; leftovers`;
    await sandbox.succeed(
      `ctinstall squashfs update tiny -- sh -c 'echo old >/user-software/mine; head -c 3000000 /dev/urandom >/user-software/big'`,
    );
    // What it finds is what was packed before, or what the killed run was to make.
    const round = {
      command: `ctinstall squashfs update tiny -- sh -c 'head -c 1000 /dev/urandom >>/user-software/big; head -c 2999000 /user-software/big >/user-software/b; cat /user-software/b >/user-software/big; head -c 1000 /dev/urandom >>/user-software/big; rm /user-software/b'`,
      check: check('old'),
      expected: 'old\n3000000\ntiny/1.0: as installed\n',
    };
    expect(await killAtRandom(sandbox, 2, [round])).toBeGreaterThanOrEqual(2);
  });
});
