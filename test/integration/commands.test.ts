import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { makeSandbox, type Sandbox, tinyEasyconfig } from '../harness/sandbox.ts';

const install = 'ctinstall --image-dir "$CT_IMAGES" tiny-1.0.yaml';
/** Proves that the module loads and runs, and prints what the user keeps in it. */
const use = 'module load tiny; singularity exec "$SIF" cat /user-software/mine';

async function installed(more = ''): Promise<Sandbox> {
  const sandbox = makeSandbox();
  sandbox.write('tiny-1.0.yaml', tinyEasyconfig(more));
  await sandbox.succeed(`${install}; echo mine > "$CTINSTALL_PREFIX/software/tiny/1.0/user-software/mine"`);
  return sandbox;
}

/** Every file below the prefix but the log and the record, with its content's hash. */
function tree(sandbox: Sandbox): Promise<string> {
  return sandbox.succeed(
    'cd "$CTINSTALL_PREFIX" && find . -type f -not -name install.log -not -name record.json -exec sha256sum {} + | sort -k2; find . -type d -not -path \'./.ctinstall*\' | sort',
  );
}

describe('install', () => {
  test('--dry-run prints the plan, writes nothing, and is what the install then does', async () => {
    const sandbox = makeSandbox();
    sandbox.write('tiny-1.0.yaml', tinyEasyconfig('sanity_check_commands: ["true"]\n'));
    const lines = (await sandbox.succeed(`${install} --dry-run --trace`)).trimEnd().split('\n');
    const [plan]: [{ steps: { kind: string }[] }] = JSON.parse(await sandbox.succeed(`${install} --dry-run --json`));
    expect(readdirSync(sandbox.dir)).toEqual(['tiny-1.0.yaml']);
    const ran = await sandbox.run(`${install} --trace`);
    const done = [...ran.stderr.matchAll(/^ {2}(.*) {2}\(\d[\d. a-z]*\)$/gm)].map((match) => match[1]);
    expect(done).toHaveLength(plan.steps.length);
    expect(lines.slice(1).map((line) => line.replace(/^ *\d+\. /, ''))).toEqual(done);
  });

  test('a second one says that it is there; --json prints events, one object a line, also where the module is loaded', async () => {
    const sandbox = await installed('sanity_check_commands: ["[ -z $PYTHONPATH ] && [ -d /runscripts ]"]\n');
    const again = await sandbox.run(install);
    expect(again).toMatchObject({ status: 0, stdout: 'module load tiny/1.0\n' });
    expect(again.stderr).toContain('tiny/1.0 is installed already');
    const variables = 'export PYTHONPATH=/x SINGULARITY_BIND="$SINGULARITY_BIND,/etc:/runscripts"';
    const events = (await sandbox.succeed(`module load tiny; ${variables}; ${install} --rebuild --json`))
      .trimEnd()
      .split('\n')
      .map((line): { event: string } => JSON.parse(line));
    expect(new Set(events.map(({ event }) => event))).toEqual(
      new Set(['note', 'step-started', 'progress', 'step-finished', 'installed']),
    );
  });

  test('--rebuild brings the new recipe, keeps the user software and a job that runs, drops what is no longer part of it', async () => {
    const sandbox = await installed();
    sandbox.write(
      'tiny-1.0.yaml',
      tinyEasyconfig('runscripts: [conda-python-simple]\nenv: { module: { NEW: "1" } }\n')
        .replace('wrappers: [start-shell]\n', '')
        .replace('tiny.sif', 'other.sif'),
    );
    const out = await sandbox.succeed(`
      cp "$CT_IMAGES/tiny.sif" other.sif
      module load tiny
      singularity exec "$SIF" sh -c 'touch began; for i in $(seq 600); do [ -e done ] && break; sleep 0.1; done; cat /user-software/mine /bin/busybox > /dev/null; echo job ran on' &
      until [ -e began ]; do kill -0 $!; sleep 0.05; done
      ctinstall --rebuild tiny-1.0.yaml
      touch done; wait
      module load tiny
      echo "$NEW $(basename "$SIF")"; cat "$CONTAINERROOT/user-software/mine"
      ctinstall clean >&2
      ls "$CONTAINERROOT" "$CONTAINERROOT/bin" "$CONTAINERROOT/runscripts"`);
    expect(out).toContain('job ran on\n');
    expect(out).toContain('1 other.sif\nmine\n');
    expect(out).not.toContain('tiny.sif');
    expect(out).not.toContain('start-shell');
    expect(out).toContain('conda-python-simple');
  });

  test('four at once: one does the work, the others wait and find it done', async () => {
    const sandbox = makeSandbox();
    // Whoever works waits until the others have said that they wait.
    const others =
      'for i in $(seq 1200); do [ "$(cat ~/err.* | grep -c "waiting for process")" = 3 ] && exit; sleep 0.05; done';
    sandbox.write('tiny-1.0.yaml', tinyEasyconfig(`sanity_check_commands: [{ command: '${others}', host: true }]\n`));
    const ran = await sandbox.run(
      `for i in 1 2 3 4; do ${install} --allow-host-commands > out.$i 2> err.$i & done; wait; cat err.*; cat out.* | sort | uniq -c`,
    );
    expect(ran.stdout.match(/installing tiny\/1\.0/g)).toHaveLength(1);
    expect(ran.stdout.match(/is installed already/g)).toHaveLength(3);
    expect(ran.stdout).toMatch(/waiting for process \d+ of .* on /);
    expect(ran.stdout).toContain('4 module load tiny/1.0');
    expect(await sandbox.succeed('ls "$CTINSTALL_PREFIX"/.ctinstall/*')).not.toMatch(/lock$|tiny/m);
  });

  test('--no-wait fails at once and names the holder', async () => {
    const sandbox = makeSandbox();
    sandbox.write(
      'tiny-1.0.yaml',
      tinyEasyconfig(
        'sanity_check_commands: [{ command: "for i in $(seq 600); do [ -e ~/go ] && break; sleep 0.1; done", host: true }]\n',
      ),
    );
    const ran = await sandbox.run(
      `${install} --allow-host-commands 2> first & for i in $(seq 600); do [ -e "$CTINSTALL_PREFIX/.ctinstall/locks/tiny@1.0.lock" ] && break; sleep 0.1; done; ${install} --allow-host-commands --no-wait; echo "status $?"; touch go; wait $! && echo first done`,
    );
    expect(ran.stdout).toContain('status 1\n');
    expect(ran.stderr).toMatch(/^error: another ctinstall is at work on the same install: process \d+ of /m);
    expect(ran.stdout).toContain('first done');
  });
});

describe('stopped', () => {
  test('by SIGINT or SIGTERM: put back at once, with the status of the signal', async () => {
    const sandbox = await installed();
    const before = await tree(sandbox);
    sandbox.write(
      'tiny-1.0.yaml',
      tinyEasyconfig('sanity_check_commands: [{ command: "touch ~/started; sleep 60", host: true }]\n'),
    );
    for (const [signal, status] of [
      ['INT', 130],
      ['TERM', 143],
    ] as const) {
      // Job control, as in an interactive shell: a background job of a script would ignore SIGINT.
      const ran = await sandbox.run(
        `rm -f started; set -m; ${install} --rebuild --allow-host-commands & for i in $(seq 600); do [ -e started ] && break; sleep 0.1; done; kill -${signal} $!; wait $!; echo "status $?"`,
      );
      expect([signal, ran.stdout]).toEqual([signal, expect.stringContaining(`status ${status}\n`)]);
      expect([signal, await tree(sandbox)]).toEqual([signal, before]);
    }
    expect(await sandbox.succeed(use)).toBe('mine\n');
  });

  test('by kill -9 when a first install has its lock, and when it has begun: the next run succeeds', async () => {
    const sandbox = makeSandbox();
    sandbox.write('tiny-1.0.yaml', tinyEasyconfig());
    const { stdout } = await sandbox.run(
      `for moment in locks/tiny@1.0.lock staging/tiny@1.0; do
         rm -rf "$CTINSTALL_PREFIX"; ${install} >/dev/null 2>&1 & pid=$!
         until [ -e "$CTINSTALL_PREFIX/.ctinstall/$moment" ]; do kill -0 $pid || break; sleep 0.005; done
         kill -9 $pid 2>/dev/null; wait
         ${install} >/dev/null && ctinstall verify
       done; module load tiny && singularity exec "$SIF" echo runs`,
    );
    expect(stdout).toBe(`${'tiny/1.0: as installed\n'.repeat(2)}runs\n`);
  });
});

describe('list, show, search, settings, uninstall', () => {
  test('list and show what is installed, a broken record named and the rest shown; start-shell is filled in', async () => {
    const sandbox = await installed();
    const script = readFileSync(join(sandbox.prefix, 'software/tiny/1.0/bin/start-shell'), 'utf8');
    expect(script).toContain(`install_dir='${sandbox.prefix}/software/tiny/1.0'`);
    expect(script).toContain("module='tiny/1.0'");
    sandbox.write(join(sandbox.prefix, 'software/broken/2.0/.ctinstall/record.json'), '{');
    const listed = await sandbox.run('ctinstall list');
    expect(listed).toMatchObject({
      status: 0,
      stdout: expect.stringMatching(/^tiny\/1\.0 +\d{4}-\d\d-\d\d {2}copy 2\.\d MiB {2}directory\n$/),
    });
    expect(listed.stderr).toContain('warning: broken/2.0:');
    const rows: unknown = JSON.parse(await sandbox.succeed('ctinstall list --json tiny'));
    expect(rows).toMatchObject([{ module: 'tiny/1.0', image: { state: 'copy' }, userSoftware: { form: 'directory' } }]);
    expect(await sandbox.succeed('ctinstall show --trace tiny')).toContain('bin/start-shell');
    expect(JSON.parse(await sandbox.succeed('ctinstall show tiny/1.0 --json'))).toMatchObject({
      moduleName: 'tiny/1.0',
      image: { file: 'tiny.sif' },
    });
    expect(await sandbox.succeed('ctinstall show --sif "$CT_IMAGES/tiny.sif"')).toContain('FS (Squashfs/*System/');
    expect(await sandbox.succeed('ctinstall show --trace mpi4py-3.1.6-rocm-6.2.0.yaml')).toContain(
      '/usr/lib64/libcxi.so.1 → /usr/lib64/libcxi.so.1 (site: interconnect, optional',
    );
    expect(await sandbox.succeed('ctinstall search MPI4')).toMatch(
      /^mpi4py\/3\.1\.6-rocm-6\.2\.0 {2}MPI for Python.*\n {2}\/.*\/m\/mpi4py\/mpi4py-3\.1\.6-rocm-6\.2\.0\.yaml\n$/,
    );
  });

  test('settings show each value with where it came from', async () => {
    const sandbox = makeSandbox();
    sandbox.write('.config/ctinstall/settings.yaml', 'image_dirs: [images]\nsquashfs_processors: 1\n');
    const all: Record<string, { value: unknown; origins: string[] }> = JSON.parse(
      await sandbox.succeed('ctinstall settings --json --image-dir /flag'),
    );
    expect(all.prefix).toEqual({ value: sandbox.prefix, origins: ['CTINSTALL_PREFIX'] });
    expect(all.squashfs_processors).toEqual({ value: 1, origins: [`${sandbox.dir}/.config/ctinstall/settings.yaml`] });
    expect(all.image_dirs?.value).toEqual(['/flag', `${sandbox.dir}/.config/ctinstall/images`]);
    expect(all.image_dirs?.origins).toEqual(['--image-dir', `${sandbox.dir}/.config/ctinstall/settings.yaml`]);
    expect(all.bind_groups?.origins).toEqual(['site preset generic']);
  });

  test('uninstall removes the install, keeps user software and strange files, and a new install takes them up', async () => {
    const sandbox = await installed();
    expect((await sandbox.run('ctinstall uninstall tiny')).status).toBe(2);
    const foreseen = await sandbox.run('ctinstall uninstall --dry-run --trace tiny');
    expect(foreseen.stdout).toMatch(
      /^tiny\/1\.0: 2\.\d MiB in \d+ files would be removed; your software would stay in \S.*\/software\/tiny\/1\.0$/m,
    );
    const files = (listed: string): string[] =>
      listed
        .split('\n')
        .map((line) => line.trim())
        .filter((line) => line.startsWith('/'))
        .sort();
    const before = files(
      await sandbox.succeed('find "$CTINSTALL_PREFIX/software" "$CTINSTALL_PREFIX/modules" ! -type d'),
    );
    const kept = /\/user-software\/mine$/;
    expect(files(foreseen.stdout).filter((path) => !kept.test(path))).toEqual(
      before.filter((path) => !kept.test(path)),
    );
    expect(
      files(await sandbox.succeed('find "$CTINSTALL_PREFIX/software" "$CTINSTALL_PREFIX/modules" ! -type d')),
    ).toEqual(before);
    expect(
      JSON.parse(await sandbox.succeed('ctinstall uninstall --dry-run --with-user-software --json tiny')),
    ).toMatchObject({
      moduleName: 'tiny/1.0',
      userSoftware: null,
      remove: expect.arrayContaining([`${sandbox.prefix}/software/tiny/1.0/user-software`]),
    });
    await sandbox.succeed('touch "$CTINSTALL_PREFIX/software/tiny/1.0/notes"; ctinstall uninstall --yes tiny');
    expect(await sandbox.succeed('cd "$CTINSTALL_PREFIX"; find software modules -type f')).toBe(
      'software/tiny/1.0/notes\nsoftware/tiny/1.0/user-software/mine\n',
    );
    expect(await sandbox.succeed(`${install} > /dev/null; ${use}`)).toBe('mine\n');
    const both = await sandbox.run('ctinstall uninstall --yes tiny/1.0 none/1');
    expect([both.status, both.stderr]).toEqual([1, expect.stringContaining('`none/1` is not installed')]);
    expect(await sandbox.succeed('ctinstall list')).toContain('tiny/1.0');
    await sandbox.succeed(
      'rm "$CTINSTALL_PREFIX/software/tiny/1.0/notes" "$CTINSTALL_PREFIX/software/tiny/1.0/user-software/mine"',
    );
    // Nothing is kept where there is nothing of the user's.
    expect((await sandbox.run('ctinstall uninstall --dry-run tiny')).stdout).toMatch(/files would be removed$/m);
    await sandbox.succeed('ctinstall uninstall --yes --with-user-software tiny/1.0');
    expect(await sandbox.succeed('cd "$CTINSTALL_PREFIX"; find software modules -mindepth 1')).toBe('');
  });
});
