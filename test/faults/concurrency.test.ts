import { hostname } from 'node:os';
import { describe, expect, test } from 'vitest';
import { machine, makeSandbox, type Sandbox, tinyEasyconfig } from '../harness/sandbox.ts';

const install = 'ctinstall install --allow-host-commands --image-dir "$CT_IMAGES" tiny-1.0.yaml';
const use = 'module load tiny; singularity exec "$SIF" cat /user-software/mine';
const whatIsThere = 'cd "$CTINSTALL_PREFIX"; find . ! -type d ! -path "*/.ctinstall/retired/*" | sort';

/** Waits for something at most a minute, and says so if it does not come. */
const until = (condition: string): string =>
  `for i in $(seq 1200); do ${condition} && break; sleep 0.05; done; ${condition} || echo never`;

/** An install of the tiny image, whose sanity check and packing wait for the file `go`. */
async function installed(): Promise<Sandbox> {
  const sandbox = makeSandbox();
  sandbox.write(
    'tiny-1.0.yaml',
    tinyEasyconfig(
      'sanity_check_commands: [{ command: "touch ~/begun; for i in $(seq 900); do [ -e ~/go ] && break; sleep 0.1; done", host: true }]\n',
    ),
  );
  sandbox.write(
    'fakes/mksquashfs',
    `#!/bin/bash\nPATH=\${PATH#*:}; [[ $1 != */user-software ]] || { touch ~/begun; until [[ -e ~/go ]]; do sleep 0.05; done; }; exec mksquashfs "$@"\n`,
  );
  sandbox.write(
    'fakes/unsquashfs',
    `#!/bin/bash\nPATH=\${PATH#*:}; [[ " $* " != *' -processors '* ]] || { touch ~/begun; until [[ -e ~/go ]]; do sleep 0.05; done; }; exec unsquashfs "$@"\n`,
  );
  await sandbox.succeed(
    `chmod +x fakes/*; touch go; ${install}; echo mine >"$CTINSTALL_PREFIX/software/tiny/1.0/user-software/mine"; rm go begun`,
  );
  return sandbox;
}

const pack = 'ctinstall squashfs make tiny';
const packAndRemove = 'ctinstall squashfs make --remove-directory tiny';
const unpack = 'ctinstall squashfs unmake tiny';
const rebuild = `${install} --rebuild`;
const uninstall = 'ctinstall uninstall --yes tiny';
const uninstallAll = 'ctinstall uninstall --yes --with-user-software tiny';

describe('while one is at work, another waits for it, says for whom, and then does its own', () => {
  test.each([
    [rebuild, uninstall],
    [pack, unpack],
    [packAndRemove, rebuild],
    [unpack, uninstallAll],
  ])('%s, then %s', async (first, second) => {
    const [sequential, parallel] = [await installed(), await installed()];
    if (first === unpack)
      for (const sandbox of [sequential, parallel]) await sandbox.succeed(`touch go; ${packAndRemove}; rm go`);
    // What comes of one after the other is what must come of both at once.
    const after = `touch go; ${second} >/dev/null; ${use}; ctinstall verify; rm -f begun go; ${whatIsThere}`;
    const wanted = await sequential.run(`PATH=$PWD/fakes:$PATH; touch go; ${first} >/dev/null; ${after}`);

    const ran = await parallel.run(
      `PATH=$PWD/fakes:$PATH
      (export SLURM_JOB_ID=4711; ${first}) >first 2>&1 &
      ${until('[ -e begun ]')}; rm -f begun
      ${second} --no-wait >refused 2>&1; echo "status $?"
      ${second} >second 2>&1 &
      ${until(`grep -qE 'waiting for process [0-9]+ of ${machine.user} on ${hostname()}, Slurm job 4711$' second`)}
      touch go; wait
      cat refused first second >&2; ${use}; ctinstall verify; rm -f begun go; ${whatIsThere}`,
    );
    expect(ran.stdout, ran.stderr).toBe(`status 1\n${wanted.stdout}`);
    expect(ran.stderr).toMatch(
      /^error: another (ctinstall|run) is at work on .*: process \d+ of \S+ on \S+, Slurm job 4711$/m,
    );
  });
});

test('packing, an uninstall that waits for it, and an install that waits for that: each in its turn', async () => {
  const sandbox = await installed();
  const ran = await sandbox.run(
    `PATH=$PWD/fakes:$PATH
    ${packAndRemove} >pack 2>&1 & ${until('[ -e begun ]')}
    ${uninstall} >uninstall 2>&1 & ${until('grep -q "waiting for process" uninstall')}
    ${install} >install 2>&1 & ${until('grep -q "waiting for process" install')}
    touch go; wait; cat pack uninstall install >&2; ${use}; ctinstall verify; ls "$CTINSTALL_PREFIX/software/tiny/1.0"`,
  );
  expect(ran.stdout, ran.stderr).toBe(
    'mine\ntiny/1.0: as installed\nbin\nrunscripts\ntiny.sif\nuser-software.squashfs\n',
  );
  expect(ran.stderr).toMatch(/^packed 1 files[\s\S]*^removed tiny\/1\.0$[\s\S]*^installing tiny\/1\.0/m);
});

test('different easyconfigs do not wait for each other: four at once, each paused until all are at work', async () => {
  const sandbox = makeSandbox();
  for (let index = 1; index <= 4; index += 1)
    sandbox.write(
      `tiny${index}-1.0.yaml`,
      tinyEasyconfig(
        `sanity_check_commands: [{ command: "touch ~/begun.${index}; for i in $(seq 900); do [ $(ls ~/begun.* | wc -l) = 4 ] && break; sleep 0.1; done; [ $(ls ~/begun.* | wc -l) = 4 ]", host: true }]\n`,
        { name: `tiny${index}` },
      ),
    );
  const ran = await sandbox.run(
    'for i in 1 2 3 4; do ctinstall install --allow-host-commands --image-dir "$CT_IMAGES" tiny$i-1.0.yaml >out.$i 2>err.$i & done; wait; cat err.*; ctinstall verify; module -t avail tiny 2>&1 | grep -c 1.0',
  );
  expect(ran.stdout).not.toMatch(/waiting|error/);
  expect(ran.stdout.match(/^tiny\d\/1\.0: as installed$/gm)).toHaveLength(4);
  expect(ran.stdout.trimEnd().split('\n').at(-1)).toMatch(/^4$/);
});

test('all at once, in any order: what is there in the end is whole, and the user’s file is the same', async () => {
  const sandbox = await installed();
  await sandbox.succeed('touch go');
  const commands = [
    install,
    rebuild,
    uninstall,
    pack,
    packAndRemove,
    unpack,
    install,
    rebuild,
    unpack,
    pack,
    uninstall,
    install,
  ];
  const ran = await sandbox.run(
    `${commands.map((command, index) => `${command} >out.${index} 2>&1 & pids="$pids $!"`).join('\n')}
    wait; tail -n +1 out.* >&2; ${install} >&2; ${use}; ctinstall verify; find "$CTINSTALL_PREFIX" -name '*.lock*' ! -name '*.bash' -o -name '*~' -o -name '.user*'`,
  );
  expect(ran.stdout, ran.stderr).toBe('mine\ntiny/1.0: as installed\n');
  // What could not be done any more, after another, is said as that.
  for (const [line] of ran.stderr.matchAll(/^error: .*$/gm))
    expect(line).toMatch(
      /is not installed|nothing to (un)?pack|may (differ|not descend)|was uninstalled meanwhile|is not there/,
    );
});
