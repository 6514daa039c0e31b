import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
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
    for (const flags of ['', '--json', '--trace']) {
      const ran = await sandbox.run(
        `rm -f gone; (${install} --allow-host-commands --rebuild ${flags}; echo $? > status) 2>&1 | { head -1 > /dev/null; exec <&-; touch gone; }; cat status; find "$CTINSTALL_PREFIX/.ctinstall" -type f; module load tiny && singularity exec "$SIF" echo runs`,
      );
      expect(ran.stdout).toBe('0\nruns\n');
    }
  });

  test('--json is one document, or events, and nothing else', async () => {
    const sandbox = prepared();
    await sandbox.succeed(`${install}; cp tiny-1.0.yaml odd-name.yaml`);
    for (const command of [
      'show odd-name.yaml',
      'show tiny',
      'list',
      'search',
      'settings',
      'schema',
      'verify',
      'clean',
      '--dry-run --rebuild tiny-1.0.yaml odd-name.yaml',
      'show "$CT_IMAGES/tiny.sif"',
    ])
      expect(JSON.parse(await sandbox.succeed(`ctinstall ${command} --json --image-dir "$CT_IMAGES"`))).toBeInstanceOf(
        Object,
      );
    const wrong = await sandbox.run('ctinstall list --json --bogus');
    expect(wrong.status).toBe(2);
    expect(wrong.stdout).toBe('');
    expect(JSON.parse(wrong.stderr.trimEnd().split('\n').at(-1) ?? '')).toMatchObject({
      event: 'error',
      code: 'usage',
    });
  });

  test('flags may stand before the command', async () => {
    const sandbox = prepared();
    await sandbox.succeed(install);
    expect(JSON.parse(await sandbox.succeed('ctinstall --json list'))).toHaveLength(1);
    expect(
      await sandbox.succeed(
        `ctinstall --prefix "$PWD/none" list; ctinstall --trace show tiny | head -1; ctinstall help list | head -1`,
      ),
    ).toMatch(/^tiny\/1\.0\nUsage: ctinstall list/);
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
    await sandbox.succeed(
      `${install}; mkdir out; echo mine > out/make-squashfs; cd "$CTINSTALL_PREFIX/software/tiny/1.0"; rm -r bin; ln -s "$HOME/out" bin`,
    );
    const rebuilt = await sandbox.run(`${install} --rebuild`);
    expect(rebuilt.status).toBe(1);
    expect(rebuilt.stderr).toMatch(/error: `.*\/bin` is in the way: it is not a directory\n\nhint: move it aside/);
    await sandbox.succeed('ctinstall uninstall --yes tiny');
    expect(await sandbox.succeed('cat out/make-squashfs')).toBe('mine\n');
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
    const leave = (): void => {
      for (const leftover of journal.leftovers) sandbox.write(join(installDir, leftover), 'of the earlier install');
      sandbox.write(join(sandbox.prefix, '.ctinstall/retired/tiny@1.0/committed.json'), JSON.stringify(journal));
    };
    const runs =
      'module load tiny; singularity exec "$SIF" echo runs; find "$CONTAINERROOT" "$CTINSTALL_PREFIX/.ctinstall/retired" -name "*old*" -o -name "*.json" -path "*retired*"';
    leave();
    expect(await sandbox.succeed('ctinstall clean --dry-run')).toContain('would remove');
    await sandbox.succeed('ctinstall clean');
    expect(await sandbox.succeed(runs)).toBe('runs\n');
    leave();
    await sandbox.succeed(install);
    expect(await sandbox.succeed(runs)).toBe('runs\n');
  });
});

describe('verify and clean', () => {
  test('verify names what differs; an own image that was removed for the central one is no difference', async () => {
    const sandbox = prepared();
    await sandbox.succeed(install);
    expect(await sandbox.succeed('ctinstall verify; ctinstall verify --quick tiny')).toBe(
      'tiny/1.0: as installed\ntiny/1.0: as installed\n',
    );
    await sandbox.succeed(
      `cd "$CTINSTALL_PREFIX"; rm software/tiny/1.0/tiny.sif; chmod 700 software/tiny/1.0/bin/start-shell; echo "# changed" >> software/tiny/1.0/bin/make-squashfs; echo "-- changed" >> modules/tiny/1.0.lua`,
    );
    const ran = await sandbox.run('ctinstall verify');
    expect(ran.status).toBe(1);
    expect(ran.stdout).toMatch(
      /^tiny\/1\.0: 3 differences\n {2}.*start-shell has mode 700 instead of 7[05][05]\n {2}.*make-squashfs has \d+ bytes instead of \d+\n {2}.*1\.0\.lua is not what ctinstall wrote\n$/,
    );
    expect(ran.stderr).toContain('error: 1 of 1 install is not as installed');
  });

  test('verify finds one changed byte of the image, which --quick finds by its time', async () => {
    const sandbox = prepared();
    await sandbox.succeed(
      `${install}; printf x | dd of="$CTINSTALL_PREFIX/software/tiny/1.0/tiny.sif" bs=1 seek=500000 conv=notrunc status=none`,
    );
    expect((await sandbox.run('ctinstall verify')).stdout).toMatch(
      /tiny\.sif has digest (sha256-tree-1MiB:[0-9a-f]{64}) instead of (?!\1)sha256-tree-1MiB:[0-9a-f]{64}/,
    );
    expect((await sandbox.run('ctinstall verify --quick')).stdout).toContain('tiny.sif was written to since');
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

describe('uninstall', () => {
  test.each([
    ['y\\n', 0, 'removed tiny/1.0'],
    ['n\\n', 0, 'nothing was removed'],
    ['\\003', 130, 'nothing was removed'],
    ['\\004', 130, 'nothing was removed'],
  ])('asks on a terminal; answered with %j', async (answer, status, says) => {
    const sandbox = prepared();
    await sandbox.succeed(install);
    const ran = await sandbox.run(
      `touch screen; (for i in $(seq 1200); do grep -qF '[y/N]' screen && break; sleep 0.05; done; printf '${answer}') | script -qefc 'ctinstall uninstall tiny' screen; echo "status $?"`,
    );
    expect(ran.stdout).toMatch(
      /tiny\/1\.0: 2\.\d MiB in \d+ files in \S.*\/software\/tiny\/1\.0(; your software stays)?\r?\n.*remove tiny\/1\.0\? \[y\/N\]/,
    );
    expect(ran.stdout).toContain(says);
    expect(ran.stdout).toContain(`status ${status}\n`);
  });
});

describe('variables of the user', () => {
  test('paths inside from both names are kept; binds that replace both of ours leave no empty entry', async () => {
    const sandbox = prepared();
    await sandbox.succeed(install);
    const paths = { SINGULARITYENV_PREPEND_PATH: '/a', APPTAINERENV_PREPEND_PATH: '/b' };
    expect(await sandbox.succeed('module load tiny; echo "$SINGULARITYENV_PREPEND_PATH"', paths)).toBe(
      '/runscripts:/b:/a\n',
    );
    expect(
      await sandbox.succeed('module load tiny; echo "$SINGULARITY_BIND"', {
        SINGULARITY_BIND: '/tmp:/runscripts,/var/tmp:/user-software/',
      }),
    ).toBe('/tmp:/runscripts,/var/tmp:/user-software/\n');
  });
});

describe('checksums', () => {
  test('--inject-checksums writes them and nothing else; --enforce-checksums wants them; a changed image is refused', async () => {
    const sandbox = makeSandbox();
    const text =
      '# ours\nname: tiny\nversion: "1.0"   # quoted\nimage:\n  file: tiny.sif   # small\n\nwhatis: [ a,  b ]\n';
    sandbox.write('tiny-1.0.yaml', text);
    await sandbox.succeed('cp "$CT_IMAGES/tiny.sif" .');
    const refused = await sandbox.run('ctinstall --enforce-checksums tiny-1.0.yaml');
    expect(refused.status).toBe(1);
    expect(refused.stderr).toMatch(/gives no SHA-256.*\n\nhint: .*--inject-checksums .*tiny-1\.0\.yaml\n$/);
    const sum = (await sandbox.succeed('sha256sum tiny.sif')).slice(0, 64);
    await sandbox.succeed(
      'ctinstall install --inject-checksums tiny-1.0.yaml; CTINSTALL_ENFORCE_CHECKSUMS=1 ctinstall tiny-1.0.yaml',
    );
    expect(await sandbox.succeed('cat tiny-1.0.yaml')).toBe(text.replace('# small\n', `# small\n  sha256: ${sum}\n`));
    await sandbox.succeed('printf x | dd of=tiny.sif bs=1 seek=500000 conv=notrunc status=none');
    const changed = await sandbox.run('ctinstall --rebuild tiny-1.0.yaml');
    expect(changed.stderr).toContain(`expected SHA-256 ${sum}`);
    expect(changed.status).toBe(1);
  });
});
