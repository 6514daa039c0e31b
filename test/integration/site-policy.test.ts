import { chmodSync, chownSync, existsSync, lstatSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { isRoot, makeSandbox, type Sandbox, tinyEasyconfig } from '../harness/sandbox.ts';

const install = 'ctinstall --image-dir "$CT_IMAGES" tiny-1.0.yaml';

interface Prepared extends Sandbox {
  readonly installDir: string;
  readonly environment: Readonly<Record<string, string>>;
}

function prepared(settings: string, more = ''): Prepared {
  const sandbox = makeSandbox();
  sandbox.write('tiny-1.0.yaml', tinyEasyconfig(more));
  return {
    ...sandbox,
    installDir: join(sandbox.prefix, 'software/tiny/1.0'),
    environment: { CTINSTALL_SITE_SETTINGS: sandbox.write('site.yaml', settings) },
  };
}

const modeOf = (path: string): string => (lstatSync(path).mode & 0o7777).toString(8);

describe('modulefile_header and modulefile_footer', () => {
  test('are in every modulefile, as they stand', async () => {
    const { succeed, environment, prefix } = prepared(
      'modulefile_header: |\n  -- "quoted" %(name)s\n  setenv("SITE_START", myModuleName())\nmodulefile_footer: setenv("SITE_END", os.getenv("EBVERSIONTINY"))\n',
    );
    await succeed(install, environment);
    const modulefile = readFileSync(join(prefix, 'modules/tiny/1.0.lua'), 'utf8');
    expect(modulefile).toContain('\n\n-- "quoted" %(name)s\nsetenv("SITE_START", myModuleName())\n\nhelp(');
    expect(modulefile).toMatch(/\n\nsetenv\("SITE_END", os\.getenv\("EBVERSIONTINY"\)\)\n\n$/);
    expect(await succeed('module load tiny; echo "$SITE_START $SITE_END"')).toBe('tiny 1.0\n');
  });

  test('a broken one is found before anything is written', async () => {
    const { run, succeed, environment, prefix, write } = prepared('modulefile_footer: "if (mode() == \'load\' then"\n');
    const ran = await run(install, environment);
    expect(ran.status).toBe(2);
    expect(ran.stderr).toMatch(
      /the modulefile would be broken: modulefile:\d+: '\)' expected .*\n.*\n {2}\| if \(mode\(\) == 'load' then\n/,
    );
    expect(existsSync(prefix)).toBe(false);
    await succeed(install);
    expect((await run('ctinstall regenerate tiny', environment)).stderr).toMatch(/the modulefile would be broken/);
    expect(await succeed('ctinstall verify')).toBe('tiny/1.0: as installed\n');
    write('site.yaml', 'modules_tool: environment-modules\nmodulefile_header: "if {1} {"\n');
    expect((await run(`${install} --rebuild`, environment)).stderr).toMatch(
      /broken: modulefile_header, line 1: a brace, bracket or quote is not closed/,
    );
  });
});

test('a header for another modules tool is refused when the tool changes, and one for each goes into each', async () => {
  const { run, succeed, environment, prefix, write } = prepared('modulefile_header: setenv("SITE", "lua")\n');
  await succeed(install, environment);
  const other = { ...environment, CTINSTALL_MODULES_TOOL: 'environment-modules' };
  const refused = await run('ctinstall regenerate tiny', other);
  expect(refused.status).toBe(2);
  expect(refused.stderr).toContain('modulefile_header, line 1: ');
  expect(existsSync(join(prefix, 'modules/tiny/1.0.lua'))).toBe(true);
  expect(existsSync(join(prefix, 'modules/tiny/1.0'))).toBe(false);

  write('site.yaml', 'modulefile_header: { lmod: \'setenv("SITE", "lua")\', environment-modules: setenv SITE tcl }\n');
  await succeed('ctinstall regenerate tiny', other);
  expect(await succeed('. "$CT_ENVMODULES_INIT"; module load tiny; echo "$SITE"')).toBe('tcl\n');
  await succeed('ctinstall regenerate tiny', environment);
  expect(await succeed('module load tiny; echo "$SITE"')).toBe('lua\n');
  expect(await succeed('ctinstall settings', environment)).toContain('setenv SITE tcl');
});

describe('read_only_installs', () => {
  const readOnly = 'read_only_installs: true\n';

  test('nothing of an install can be written to, but user software', async () => {
    const { succeed, run, environment, installDir } = prepared(
      readOnly,
      'runscripts: [conda-python-simple]\npost_install: ["mkdir \\"%(installdir)s/made\\" && echo made > \\"%(installdir)s/made/file\\""]\n',
    );
    await succeed(install, environment);
    for (const path of [
      '',
      'bin',
      'runscripts',
      'made',
      'tiny.sif',
      'bin/start-shell',
      'made/file',
      '.ctinstall/record.json',
      '.ctinstall/easyconfig.yaml',
      '.ctinstall/install.log',
    ])
      expect([path, lstatSync(join(installDir, path)).mode & 0o222]).toEqual([path, 0]);
    expect(
      (
        await run(
          'cd "$CTINSTALL_PREFIX/software/tiny/1.0"; echo x > new || echo x > bin/new || echo x >> bin/start-shell || rm -rf tiny.sif',
        )
      ).status,
    ).toBe(1);
    expect(await succeed('ctinstall verify')).toBe('tiny/1.0: as installed\n');
    expect(
      await succeed(
        'module load tiny; echo mine > "$CONTAINERROOT/user-software/mine"; start-shell -c "cat /user-software/mine"',
      ),
    ).toBe('mine\n');
  });

  test('packing, unpacking, rebuild, clean and uninstall go on', async () => {
    const { succeed, environment, installDir, prefix } = prepared(readOnly);
    await succeed(`${install}; echo mine > "$CTINSTALL_PREFIX/software/tiny/1.0/user-software/mine"`, environment);
    await succeed('module load tiny; make-squashfs --remove-directory');
    expect(modeOf(installDir)).toBe(modeOf(join(installDir, 'bin')));
    expect(await succeed('module load tiny; singularity exec "$SIF" cat /user-software/mine; unmake-squashfs')).toMatch(
      /^mine\n/,
    );
    expect(lstatSync(installDir).mode & 0o222).toBe(0);
    await succeed(
      `ctinstall squashfs tiny --remove-directory || ctinstall squashfs make tiny; ${install} --rebuild`,
      environment,
    );
    expect(lstatSync(join(installDir, 'bin')).mode & 0o222).toBe(0);
    expect(await succeed('ctinstall clean', environment)).toMatch(/removed .*tiny\.sif\n$/);
    expect(lstatSync(installDir).mode & 0o222).toBe(0);
    expect(await succeed('ctinstall verify; ctinstall regenerate tiny; ctinstall verify', environment)).toMatch(
      /^(tiny\/1\.0: as installed\n)+$/,
    );
    await succeed('ctinstall uninstall --yes --with-user-software tiny');
    expect(existsSync(join(prefix, 'software/tiny'))).toBe(false);
  });

  test('a rebuild that fails leaves it as it was, and one without the setting opens it', async () => {
    const { succeed, run, environment, installDir, write } = prepared(readOnly);
    await succeed(install, environment);
    write('tiny-1.0.yaml', tinyEasyconfig('sanity_check_commands: ["false"]\n'));
    expect((await run(`${install} --rebuild`, environment)).status).toBe(1);
    expect(lstatSync(join(installDir, 'bin')).mode & 0o222).toBe(0);
    expect(await succeed('ctinstall verify')).toBe('tiny/1.0: as installed\n');
    write('tiny-1.0.yaml', tinyEasyconfig());
    await succeed(`${install} --rebuild; ctinstall verify`);
    expect(lstatSync(installDir).mode & 0o200).toBe(0o200);
    expect(modeOf(join(installDir, 'bin/start-shell'))).toMatch(/^7/);
  });
});

describe('group and umask', () => {
  test('what an install writes belongs to the group, also what arises in user-software', async () => {
    const { succeed, run, environment, installDir, prefix, dir } = prepared('group: "@GROUP@"\n');
    const group = (await succeed('id -gn')).trim();
    await succeed(`sed -i "s/@GROUP@/${group}/" site.yaml`);
    // What is made here gets another group, unless something is done about it.
    const other = isRoot() ? 100 : process.getgroups?.().find((gid) => gid !== process.getgid?.());
    if (other === undefined) throw new Error('this test needs a user with two groups');
    chownSync(dir, statSync(dir).uid, other);
    chmodSync(dir, 0o2755);
    await succeed(install, environment);
    await succeed('module load tiny; start-shell -c "mkdir /user-software/a && touch /user-software/a/b"');
    const gid = Number(await succeed('id -g'));
    for (const path of [
      '',
      'bin',
      'bin/start-shell',
      'tiny.sif',
      '.ctinstall/record.json',
      '.ctinstall/install.log',
      'user-software',
      'user-software/a/b',
      '..',
      '../../../modules/tiny',
      '../../../modules/tiny/1.0.lua',
    ])
      expect([path, statSync(join(installDir, path)).gid]).toEqual([path, gid]);
    expect(statSync(prefix).gid).toBe(other);
    expect(await succeed('ctinstall verify')).toBe('tiny/1.0: as installed\n');
    for (const [name, message] of [
      ['nosuchgroup', /there is no group called `nosuchgroup`/],
      ['daemon', isRoot() ? /you are not in the group `daemon`/ : /group `daemon`/],
    ] as const) {
      const refused = await run(`echo "group: ${name}" > site.yaml; ${install} --rebuild`, environment);
      expect([refused.status, refused.stderr]).toEqual([2, expect.stringMatching(message)]);
    }
  });

  test('the umask of the settings holds, whatever the shell has', async () => {
    const { succeed, environment, installDir, prefix } = prepared('umask: "027"\n');
    await succeed(`umask 022; ${install}`, environment);
    for (const path of [installDir, join(installDir, 'bin/start-shell'), join(prefix, 'modules/tiny')])
      expect([path, modeOf(path)]).toEqual([path, '750']);
    for (const path of [join(installDir, 'tiny.sif'), join(prefix, 'modules/tiny/1.0.lua')])
      expect([path, modeOf(path)]).toEqual([path, '640']);
  });
});
