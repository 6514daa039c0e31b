import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { makeSandbox, type Sandbox, tinyEasyconfig } from '../harness/sandbox.ts';

const install = 'ctinstall --image-dir "$CT_IMAGES" tiny-1.0.yaml';

function prepared(more = ''): Sandbox {
  const sandbox = makeSandbox();
  sandbox.write('tiny-1.0.yaml', tinyEasyconfig(more));
  return sandbox;
}

describe('output', () => {
  test('a reader that goes away does not stop an install half way', async () => {
    const isGone = 'for i in $(seq 1200); do [ -e ~/gone ] && exit; sleep 0.05; done; exit 1';
    const sandbox = prepared(`sanity_check_commands: [{ command: "${isGone}", host: true }]\n`);
    const { stdout } = await sandbox.run(
      `for flags in --json --trace; do
         rm -f gone; (${install} --allow-host-commands --rebuild $flags; echo $? > status) 2>&1 | { head -1 > /dev/null; exec <&-; touch gone; }
         cat status; find "$CTINSTALL_PREFIX/.ctinstall" -type f; (module load tiny && singularity exec "$SIF" echo runs)
       done`,
    );
    expect(stdout).toBe('0\nruns\n'.repeat(2));
  });
});

describe('of one install', () => {
  let sandbox: Sandbox;

  beforeAll(async () => {
    const removals: (() => void)[] = [];
    sandbox = makeSandbox((remove) => removals.push(remove));
    sandbox.write('tiny-1.0.yaml', tinyEasyconfig());
    await sandbox.succeed(install);
    return () => {
      for (const remove of removals) remove();
    };
  });

  test('flags may stand before the command; with --json a wrong one is an event', async () => {
    const { stdout, stderr } = await sandbox.run(`ctinstall --json list; echo; ctinstall --prefix "$PWD/none" list
      ctinstall --trace show tiny | head -1; ctinstall help list | head -1; ctinstall list --json --bogus; echo $?`);
    const [list = '', others] = stdout.split('\n\n');
    expect(JSON.parse(list)).toHaveLength(1);
    expect(others).toMatch(/^tiny\/1\.0\nUsage: ctinstall list.*\n2\n$/);
    expect(JSON.parse(stderr.trimEnd().split('\n').at(-1) ?? '')).toMatchObject({ event: 'error', code: 'usage' });
  });

  test('paths inside from both names are kept; binds that replace both of ours leave no empty entry', async () => {
    const { stdout } = await sandbox.run(
      `(export SINGULARITYENV_PREPEND_PATH=/a APPTAINERENV_PREPEND_PATH=/b; module load tiny; echo "$SINGULARITYENV_PREPEND_PATH")
       export SINGULARITY_BIND=/tmp:/runscripts,/var/tmp:/user-software/; module load tiny; echo "$SINGULARITY_BIND"`,
    );
    expect(stdout).toBe('/runscripts:/b:/a\n/tmp:/runscripts,/var/tmp:/user-software/\n');
  });

  test.each([
    ['n\\n', 0, 'nothing was removed'],
    ['\\003', 130, 'nothing was removed'],
    ['\\004', 130, 'nothing was removed'],
    ['y\\n', 0, 'removed tiny/1.0'],
  ])('uninstall asks on a terminal; answered with %j', async (answer, status, says) => {
    const ran = await sandbox.run(
      `: > screen; (for i in $(seq 1200); do grep -qF '[y/N]' screen && break; sleep 0.05; done; printf '${answer}') | script -qefc 'ctinstall uninstall tiny' screen; echo "status $?"
       ls -A "$CTINSTALL_PREFIX/modules"`,
    );
    expect(ran.stdout).toMatch(
      /tiny\/1\.0: 2\.\d MiB in \d+ files in \S.*\/software\/tiny\/1\.0(; your software stays)?\r?\n.*remove tiny\/1\.0\? \[y\/N\]/,
    );
    expect(ran.stdout).toContain(says);
    expect(ran.stdout).toMatch(new RegExp(`status ${status}\n${says.startsWith('removed') ? '' : 'tiny\n'}$`));
  });
});

describe('paths', () => {
  test('a prefix from a flag or variable is taken as it stands, after the shell', async () => {
    const sandbox = prepared();
    const [plan] = JSON.parse(await sandbox.succeed(`${install} --dry-run --json --prefix '$HOME/~x'`)) as [
      { prefix: string },
    ];
    expect(plan.prefix).toBe(`${sandbox.dir}/$HOME/~x`);
  });

  test('a link in place of a directory of the install leads nowhere', async () => {
    const sandbox = prepared();
    const rebuilt = await sandbox.run(
      `${install} >&2; mkdir out; echo mine > out/make-squashfs; cd "$CTINSTALL_PREFIX/software/tiny/1.0"; rm -r bin; ln -s "$HOME/out" bin
       cd; ${install} --rebuild; echo $?; ctinstall uninstall --yes tiny >&2; echo $?; cat out/make-squashfs`,
    );
    expect(rebuilt.stdout).toBe('1\n0\nmine\n');
    expect(rebuilt.stderr).toMatch(/error: `.*\/bin` is in the way: it is not a directory\n\nhint: move it aside/);
  });

  test('a journal that tells of another place is not believed', async () => {
    const sandbox = prepared();
    await sandbox.succeed('mkdir victim; echo mine > victim/file');
    const journal = {
      installDir: join(sandbox.dir, 'victim'),
      modulefile: join(sandbox.dir, 'none'),
      hadModulefile: false,
      hadInstallDir: false,
      replaced: [],
      added: [],
      leftovers: [],
    };
    sandbox.write(join(sandbox.prefix, '.ctinstall/retired/tiny@1.0/journal.json'), JSON.stringify(journal));
    const ran = await sandbox.run(install);
    expect(ran.status).toBe(1);
    expect(ran.stderr).toContain('is damaged');
    expect(await sandbox.succeed('cat victim/file')).toBe('mine\n');
  });
});

describe('a rebuild killed after its modulefile was in place', () => {
  test('is finished by clean, or by the next run: nothing of the earlier install stays', async () => {
    const sandbox = prepared();
    await sandbox.succeed(install);
    const installDir = join(sandbox.prefix, 'software/tiny/1.0');
    const places = { installDir, modulefile: join(sandbox.prefix, 'modules/tiny/1.0.lua') };
    const journal = {
      ...places,
      hadModulefile: true,
      hadInstallDir: true,
      replaced: [],
      added: [],
      leftovers: ['old.sif', 'bin/old'],
    };
    sandbox.write('committed.json', JSON.stringify(journal));
    const { stdout, stderr } = await sandbox.run(
      `retired="$CTINSTALL_PREFIX/.ctinstall/retired/tiny@1.0" installed='${installDir}'
       leave() { mkdir -p "$retired"; cp committed.json "$retired"; echo earlier | tee "$installed/old.sif" > "$installed/bin/old"; }
       left() { (module load tiny; singularity exec "$SIF" echo runs); find "$installed" "$retired" -name '*old*' -o -name '*.json' -path '*retired*'; }
       leave; ctinstall clean --dry-run | grep -o '^would remove' | sort -u; ctinstall clean >&2; left
       leave; ${install} >&2; left`,
    );
    expect([stderr, stdout]).toEqual([stderr, 'would remove\nruns\nruns\n']);
  });
});

describe('verify and clean', () => {
  test('verify names what differs, and --quick a change by its time; an own image removed for the central one is no difference', async () => {
    const sandbox = prepared();
    const { stdout, stderr } = await sandbox.run(
      `${install} >&2; ctinstall verify; ctinstall verify --quick tiny; cd "$CTINSTALL_PREFIX"
       printf x | dd of=software/tiny/1.0/tiny.sif bs=1 seek=500000 conv=notrunc status=none
       ctinstall verify; ctinstall verify --quick; rm software/tiny/1.0/tiny.sif; chmod 700 software/tiny/1.0/bin/start-shell
       echo "# changed" >> software/tiny/1.0/bin/make-squashfs; echo "-- changed" >> modules/tiny/1.0.lua
       ctinstall verify; echo $?`,
    );
    const [, byte, quick, others] = stdout.split(/^(?=tiny\/1\.0: \d)/m);
    expect(stdout).toMatch(/^(tiny\/1\.0: as installed\n){2}tiny\/1\.0: 1 difference/);
    expect(byte).toMatch(
      /tiny\.sif has digest (sha256-tree-1MiB:[0-9a-f]{64}) instead of (?!\1)sha256-tree-1MiB:[0-9a-f]{64}/,
    );
    expect(quick).toContain('tiny.sif was written to since');
    expect(others).toMatch(
      /^tiny\/1\.0: 3 differences\n {2}.*start-shell has mode 700 instead of 7[05][05]\n {2}.*make-squashfs has \d+ bytes instead of \d+\n {2}.*1\.0\.lua is not what ctinstall wrote\n1\n$/,
    );
    expect(stderr).toContain('error: 1 of 1 install is not as installed');
  });

  test('clean removes what a killed run left, and leaves what is in use', async () => {
    const sandbox = prepared(
      'sanity_check_commands: [{ command: "touch ~/started; for i in $(seq 600); do [ -e ~/go ] && break; sleep 0.1; done", host: true }]\n',
    );
    const ran = await sandbox.run(
      `${install} --allow-host-commands 2> /dev/null & for i in $(seq 600); do [ -e started ] && break; sleep 0.1; done; ctinstall clean; kill -9 $!; wait $! 2> /dev/null; touch go; ctinstall clean --dry-run; ctinstall clean; find "$CTINSTALL_PREFIX" -type f`,
    );
    expect(ran.stdout).toMatch(
      /left .*locks\/tiny@1\.0\.lock: another ctinstall is at work on the same install: process \d+/,
    );
    expect(ran.stdout).toMatch(/would remove .*staging\/tiny@1\.0\n/);
    expect(ran.stdout).toMatch(/\nremoved .*staging\/tiny@1\.0\n/);
    expect(ran.stdout.trimEnd().split('\n').at(-1)).toMatch(/^removed /);
  });
});

describe('checksums', () => {
  test('--inject-checksums writes them and nothing else; --enforce-checksums wants them; a changed image is refused', async () => {
    const sandbox = makeSandbox();
    const text =
      '# ours\nname: tiny\nversion: "1.0"   # quoted\nimage:\n  file: tiny.sif   # small\n\nwhatis: [ a,  b ]\n';
    sandbox.write('tiny-1.0.yaml', text);
    const { stdout, stderr } = await sandbox.run(
      `cp "$CT_IMAGES/tiny.sif" .; ctinstall --enforce-checksums tiny-1.0.yaml; echo $?
       ctinstall install --inject-checksums tiny-1.0.yaml >&2; CTINSTALL_ENFORCE_CHECKSUMS=1 ctinstall tiny-1.0.yaml >&2; echo $?
       sha256sum tiny.sif; printf x | dd of=tiny.sif bs=1 seek=500000 conv=notrunc status=none
       ctinstall --rebuild tiny-1.0.yaml; echo $?; cat tiny-1.0.yaml`,
    );
    const sum = /[0-9a-f]{64}/.exec(stdout)?.[0] ?? 'no sum';
    expect(stdout).toBe(`1\n0\n${sum}  tiny.sif\n1\n${text.replace('# small\n', `# small\n  sha256: ${sum}\n`)}`);
    expect(stderr).toMatch(/gives no SHA-256.*\n\nhint: .*--inject-checksums .*tiny-1\.0\.yaml\n/);
    expect(stderr).toContain(`expected SHA-256 ${sum}`);
  });
});
