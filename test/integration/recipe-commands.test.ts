import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { makeSandbox, type Sandbox, tinyEasyconfig } from '../harness/sandbox.ts';

const install = 'ctinstall --image-dir "$CT_IMAGES" tiny-1.0.yaml';

function prepared(more: string): Sandbox & { readonly installDir: string } {
  const sandbox = makeSandbox();
  sandbox.write('tiny-1.0.yaml', tinyEasyconfig(more));
  return { ...sandbox, installDir: join(sandbox.prefix, 'software/tiny/1.0') };
}

test('post-install commands run in the container; what they leave, in bin and as links too, belongs to the install', async () => {
  const { succeed, installDir } = prepared(
    `post_install:
  - test -e /.singularity.d && echo made > "%(installdir)s/made" && echo data > /user-software/data
  - 'cd "%(installdir)s/bin" && printf "#!/bin/sh\\necho own\\n" > own && chmod +x own && ln -s start-shell shell'
  - 'cd "%(installdir)s" && ln -s "%(installdir)s/bin/own" first && ln -s bin second && ln -s /nowhere third'
sanity_check_commands: [grep made "%(installdir)s/made" && test -e /user-software/data]
`,
  );
  const out = await succeed(`
    sed -i 's/^wrappers:.*/wrappers: [start-shell, ls1]/; s/ls1/{ name: list, command: ls }/' tiny-1.0.yaml; ${install} >&2
    module load tiny; cd '${installDir}'; cat made; own; shell -c "echo inside"; list -d /runscripts
    ctinstall verify --quick; ctinstall regenerate --all; ctinstall verify
    echo mine > mine; ctinstall uninstall --yes tiny >&2; find . -mindepth 1 | sort; cat mine user-software/data`);
  const verified = 'tiny/1.0: as installed\n'.repeat(2);
  expect(out).toBe(
    `made\nown\ninside\n/runscripts\n${verified}./mine\n./user-software\n./user-software/data\nmine\ndata\n`,
  );
});

test('a rebuild that fails has touched nothing but user software that was there', async () => {
  const making = (what: string): string =>
    `post_install: ['cd "%(installdir)s" && echo ${what} > made && echo "# ${what}" >> bin/start-shell && ls && echo ${what} >> user-software/log']\n`;
  const { run, installDir, write } = prepared(making('old'));
  write(
    'failing.yaml',
    tinyEasyconfig(
      `${making('new')}sanity_check_commands: ['grep new "%(installdir)s/made" && test ! -e "%(installdir)s/mine" && false']\n`,
    ),
  );
  write('refusing.yaml', tinyEasyconfig('post_install: ["echo oops >&2; exit 3"]\n'));
  write('newer.yaml', tinyEasyconfig(making('newer')));
  const { stdout, stderr } = await run(`
    sums() { (cd "$CTINSTALL_PREFIX/software/tiny/1.0" && find . -type f -exec sha256sum {} + | grep -v /user-software/); }
    log="$CTINSTALL_PREFIX/software/tiny/1.0/user-software/log"
    ${install} >&2; echo mine > "$CTINSTALL_PREFIX/software/tiny/1.0/mine"; sums > before; grep -c /start-shell before
    tail -n 1 "$CTINSTALL_PREFIX/software/tiny/1.0/bin/start-shell"
    for which in failing refusing; do
      cp $which.yaml tiny-1.0.yaml; ${install} --rebuild; echo $?; sums | diff before -; cat "$log"
      find "$CTINSTALL_PREFIX/.ctinstall" -mindepth 2
    done
    ctinstall verify; cp newer.yaml tiny-1.0.yaml; ${install} --rebuild >&2; ctinstall verify`);
  expect(stderr).toMatch(/`sanity check: grep new .*` failed with exit status 1\n/);
  expect(stderr).toMatch(/`post-install: echo oops >&2; exit 3` failed with exit status 3[\s\S]*oops/);
  const verified = 'tiny/1.0: as installed\n';
  expect(stdout).toBe(`1\n# old\n${'1\nold\nnew\n'.repeat(2)}${verified}${verified}`);
  expect(readFileSync(join(installDir, 'made'), 'utf8')).toBe('newer\n');
  expect(readFileSync(join(installDir, 'mine'), 'utf8')).toBe('mine\n');
});

test('commands find a venv that a rebuild adds to user software, also where the prefix is bound itself', async () => {
  const { succeed, installDir, dir, write } = prepared('');
  const more = `binds: ["${dir}"]
python: { venv: { name: x } }
post_install: ['test -e /user-software/mine && echo more > "$VIRTUAL_ENV/more" && touch /user-software/new']
sanity_check_commands:
  - 'test -e /user-software/venv/x/more && cd "%(installdir)s" && test -e user-software/venv/x/more && test -e user-software/mine'
  - 'test "$(python -c "import sys; print(sys.prefix)")" = /user-software/venv/x'
`;
  write('venv.yaml', tinyEasyconfig(more).replace('tiny.sif', 'venv.sif'));
  await succeed(`${install}; echo mine > "$CTINSTALL_PREFIX/software/tiny/1.0/user-software/mine"
    cp venv.yaml tiny-1.0.yaml; ${install} --rebuild`);
  const read = (path: string): string => readFileSync(join(installDir, 'user-software', path), 'utf8');
  expect([read('mine'), read('venv/x/more'), read('new')]).toEqual(['mine\n', 'more\n', '']);
});

test('a command on the host runs only where the user allows it, and the plan shows it', async () => {
  const { run, succeed, installDir, dir } = prepared(
    `post_install: [{ command: 'echo "%(installdir)s" > "$CONTAINERROOT/where"; touch here ~/on-host', host: true }]
sanity_check_commands: [{ command: 'test -e where && test ! -e "%(installdir)s" && test -e "$SIF"', host: true }]
`,
  );
  const plan = await succeed(`${install} --dry-run`);
  expect(plan).toContain(
    `post-install on the host: echo "${installDir}" > "$CONTAINERROOT/where"; touch here ~/on-host`,
  );
  expect(plan).toContain('sanity check on the host: test -e where && ');
  const refused = await run(install);
  expect(refused.status).toBe(1);
  expect(refused.stderr).toMatch(/wants to run commands outside the container\n {2}echo .*\n {2}test -e where && .*\n/);
  expect(refused.stderr).toContain('--allow-host-commands');
  expect(existsSync(join(dir, 'on-host'))).toBe(false);
  expect(existsSync(installDir)).toBe(false);
  expect(await succeed(`${install} --allow-host-commands >&2; ctinstall verify`)).toBe('tiny/1.0: as installed\n');
  expect(readFileSync(join(installDir, 'where'), 'utf8')).toBe(`${installDir}\n`);
  expect(existsSync(join(installDir, 'here'))).toBe(true);
  expect(existsSync(join(dir, 'on-host'))).toBe(true);
});

test('a recipe’s commands reach nothing of the user’s: no home, no /tmp, binds read-only, user software only after the install, also where the prefix is bound itself', async () => {
  const { succeed, installDir, dir, prefix, write } = prepared('');
  const outside = `${dir}/outside`;
  await succeed('mkdir outside; touch outside/there');
  write(
    'tiny-1.0.yaml',
    tinyEasyconfig(`binds: ["${outside}", "${prefix}"]
post_install:
  - 'touch ~/escaped; touch /tmp/escaped-${installDir.replace(/\W/g, '')}; echo "$HOME" > /user-software/home; true'
  - '! touch "${outside}/written" && touch "%(installdir)s/made"'
sanity_check_commands:
  - 'test -e "${outside}/there" && test -e /user-software/home && test -e "%(installdir)s/made" && ! touch /user-software/more && ! touch "%(installdir)s/more"'
`),
  );
  expect(
    await succeed(
      `${install} >&2; ls -A outside; ls ~ | grep -c escaped || true; ls /tmp | grep -c escaped- || true
       ls ~$(id -un) 2>/dev/null | grep -c escaped || true; ctinstall verify; ls -A "$CTINSTALL_PREFIX/.ctinstall/retired"
       module load tiny; singularity exec "$SIF" touch "$PWD/outside/by-the-user"`,
    ),
  ).toBe('there\n0\n0\n0\ntiny/1.0: as installed\n');
});

test('commands see the conda environment that wrappers activate, with and without wrappers of programs', async () => {
  const { succeed, write } = prepared('');
  for (const wrappers of ['start-shell', 'python'])
    write(
      `${wrappers}/tiny-1.0.yaml`,
      tinyEasyconfig(`python: { conda_env: mpi4py }
post_install: ["python -c 'import mpi4py'"]
sanity_check_commands: ['python -c "import mpi4py" && test "$CONDA_DEFAULT_ENV" = mpi4py']
`)
        .replace('tiny.sif', 'lumi.sif')
        .replace('[start-shell]', `[${wrappers}]`),
    );
  await succeed(`ln -s "$CT_IMAGES"/lumi-*.sif lumi.sif
    for each in start-shell python; do ctinstall --force --image-dir . --image-mode link $each/tiny-1.0.yaml; done`);
});

const onHost = `env:
  module: { TOLD: "%(installdir)s/told", MANPATH: { prepend: "%(installdir)s/man" } }
sanity_check_commands:
  - { command: 'test "$TOLD" = "$CONTAINERROOT/told" && test "$MANPATH" = "$CONTAINERROOT/man" && test "$EBROOTTINY" = "$PWD"', host: true }
  - { command: 'start-shell -c "test -d /runscripts && test -e /user-software/mine" && singularity exec "$SIF" test -d /runscripts', host: true }
`;

test.each([
  ['Lmod', ''],
  ['Environment Modules', '. "$CT_ENVMODULES_INIT"; export CTINSTALL_MODULES_TOOL=environment-modules; '],
])('checks on the host run with the module loaded, in front of what is there: %s', async (_, tool) => {
  const { run, write } = prepared('');
  write('right.yaml', tinyEasyconfig(onHost));
  write('wrong.yaml', tinyEasyconfig(onHost.replace('/told"', '/else"')));
  const rebuild = `${install} --rebuild --allow-host-commands >&2`;
  const { stdout, stderr } = await run(`
    ${tool}${install} >&2; touch "$CTINSTALL_PREFIX/software/tiny/1.0/user-software/mine"
    module use "$CTINSTALL_PREFIX/modules"; module load tiny
    cp right.yaml tiny-1.0.yaml; ${rebuild}; echo $?; ls -A "$CTINSTALL_PREFIX/.ctinstall/retired"; ctinstall verify
    cp wrong.yaml tiny-1.0.yaml; ${rebuild}; echo $?; ctinstall verify --quick`);
  const verified = 'tiny/1.0: as installed\n';
  expect([stderr, stdout]).toEqual([stderr, `0\n${verified}1\n${verified}`]);
  expect(stderr).toContain('`sanity check on the host: test "$TOLD"');
});

test('a check on the host is refused at once where there is no modules tool to load the module', async () => {
  const { run, installDir } = prepared(onHost);
  const refused = await run(`unset LMOD_CMD MODULES_CMD MODULESHOME; ${install} --allow-host-commands`);
  expect(refused.status).toBe(1);
  expect(refused.stderr).toMatch(
    /run with modules loaded, and there is no Lmod in this session\n\nhint: open a login shell/,
  );
  expect(existsSync(installDir)).toBe(false);
});

test('what the module binds of the install itself may be made by its commands, and must be there for its checks', async () => {
  const { run, write } = makeSandbox();
  const recipe = (command: string): string =>
    tinyEasyconfig(`binds: [{ host: "%(installdir)s/share/x", container: /xx }]
post_install: ['${command}']
sanity_check_commands: [test -e /xx/made]
`);
  write('tiny-1.0.yaml', recipe('mkdir -p "%(installdir)s/share/x" && touch "%(installdir)s/share/x/made"'));
  write('without.yaml', recipe('true'));
  const { status, stdout, stderr } = await run(
    `${install} >&2 && module load tiny && singularity exec "$SIF" ls /xx; cp without.yaml tiny-1.0.yaml
     ctinstall uninstall --yes tiny >&2 && ${install}`,
  );
  expect([status, stdout, stderr]).toEqual([1, 'made\n', expect.stringMatching(/share\/x` is not on this machine/)]);
});
