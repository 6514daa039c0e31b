import { execFileSync } from 'node:child_process';
import { chmodSync, lstatSync, readdirSync, readFileSync, statSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { isRoot, makeSandbox, type Sandbox, tinyEasyconfig } from '../harness/sandbox.ts';

const own = '.config/ctinstall/settings.yaml';
const readOwn = ({ dir }: Sandbox): string => readFileSync(join(dir, own), 'utf8');

describe('ctinstall settings set and unset', () => {
  test('change one value, make what is missing, and leave all else of the file as it is', async () => {
    const sandbox = makeSandbox();
    await sandbox.succeed("ctinstall settings set image_dirs '[/a, here]'");
    expect(readOwn(sandbox)).toBe(`image_dirs: [/a, ${sandbox.dir}/here]\n`);
    sandbox.write(own, '# mine\nprefix: ~/x   # for now\n\nbind_groups:\n  slurm: [/a]\n');
    chmodSync(join(sandbox.dir, own), 0o664);
    const ran = await sandbox.run("ctinstall settings set bind_groups.filesystems '[/scratch]'");
    expect(ran).toMatchObject({ status: 0, stdout: '' });
    expect(ran.stderr).toBe(`${sandbox.dir}/${own} now has bind_groups.filesystems: [/scratch]\n`);
    await sandbox.succeed('ctinstall settings unset prefix; ctinstall settings set runtime apptainer');
    expect(readOwn(sandbox)).toBe(
      '# mine\n\nbind_groups:\n  slurm: [/a]\n  filesystems: [/scratch]\nruntime: apptainer\n',
    );
    expect(statSync(join(sandbox.dir, own)).mode & 0o777).toBe(0o664);
    expect(readdirSync(join(sandbox.dir, '.config/ctinstall'))).toEqual(['settings.yaml']);
    const all = JSON.parse(await sandbox.succeed('ctinstall settings --json'));
    expect(all.runtime).toEqual({ value: 'apptainer', origins: [`${sandbox.dir}/${own}`] });
  });

  const refused = [
    ['set prefx /x', 'did you mean `prefix`?'],
    ['set squashfs_processors many', 'squashfs_processors:1:1: it must be a number, not text'],
    ['set prefix /a:b', 'nothing was written: the prefix `/a:b`'],
    ['set site mars', 'nothing was written: there is no site preset `mars`'],
    ['set umask 777', ':2:8: `umask` must be three octal digits'],
    ['set force.prefix /x', 'only the settings of a site force values'],
    ['unset prefx', 'did you mean `prefix`?'],
  ];
  test(`are refused, and the file is as it was: ${refused.map(([words]) => words).join('; ')}`, async () => {
    const sandbox = makeSandbox();
    sandbox.write(own, 'image_dirs: [/a]   # mine\n');
    const ran = await sandbox.run(
      refused
        .map(([words]) => `ctinstall settings ${words}; printf "$?|"; cat ${own}; printf '\\0'; printf '\\0' >&2`)
        .join('\n'),
    );
    const [printed, said] = [ran.stdout.split('\0'), ran.stderr.split('\0')];
    for (const [index, [words, says]] of refused.entries())
      expect([words, printed[index], said[index]]).toEqual([
        words,
        '2|image_dirs: [/a]   # mine\n',
        expect.stringContaining(`${says}`),
      ]);
    expect(readdirSync(join(sandbox.dir, '.config/ctinstall'))).toEqual(['settings.yaml']);
  });

  test('fix a file with a fault, follow a link, and say when another value is stronger', async () => {
    const sandbox = makeSandbox();
    const real = sandbox.write('dotfiles/settings.yaml', 'prefx: /x\n');
    await sandbox.succeed('mkdir -p .config/ctinstall');
    symlinkSync(real, join(sandbox.dir, own));
    expect((await sandbox.run('ctinstall list')).status).toBe(2);
    await sandbox.succeed('ctinstall settings unset prefx');
    const ran = await sandbox.run('ctinstall settings set prefix /mine');
    expect(ran.stderr).toContain('`CTINSTALL_PREFIX` is stronger here');
    expect(lstatSync(join(sandbox.dir, own)).isSymbolicLink()).toBe(true);
    expect(readFileSync(real, 'utf8')).toBe('prefix: /mine\n');
  });

  test('of several faults each can be mended; for anything else they are shown where they stand', async () => {
    const sandbox = makeSandbox();
    const faulty = 'bind_groups:\n  a: [/a]\numask: 022\nmodule_env: { A: 1 }   # mine\n';
    sandbox.write(own, faulty);
    for (const words of ['unset bind_groups', 'set runtime apptainer', 'set umask 999', 'set site mars']) {
      const ran = await sandbox.run(`ctinstall settings ${words}`);
      expect(ran.status).toBe(2);
      expect(ran.stderr).toMatch(/nothing was written[\s\S]*settings\.yaml:3:8: `umask` must be/);
      expect(ran.stderr).toContain('hint: fix that first, also all at once: ctinstall settings edit');
      expect(readOwn(sandbox)).toBe(faulty);
    }
    const first = await sandbox.run('ctinstall settings set umask 027');
    expect(first.status).toBe(0);
    expect(first.stderr).toMatch(/warning: \S* still has a fault: `module_env\.A` must be text/);
    expect(await sandbox.succeed('ctinstall settings set module_env.A 1')).toBe('');
    expect(readOwn(sandbox)).toBe('bind_groups:\n  a: [/a]\numask: "027"\nmodule_env: { A: "1" }   # mine\n');
  });

  test('a file that is none, or not the user’s to write, is left alone', async () => {
    const sandbox = makeSandbox();
    const none = await sandbox.run('ctinstall settings set --site prefix /x');
    expect(none).toMatchObject({ status: 1 });
    expect(none.stderr).toContain('`/dev/null` is no file that could be replaced');
    expect(statSync('/dev/null').isCharacterDevice()).toBe(true);
    const site = { CTINSTALL_SITE_SETTINGS: '/proc/version' };
    expect((await sandbox.run('ctinstall settings unset --site prefix', site)).stderr).toContain('cannot be changed');
  });
});

describe('ctinstall settings edit', () => {
  test('takes what is in order; VISUAL comes first and may hold options', async () => {
    const sandbox = makeSandbox();
    sandbox.write(own, 'runtime: singularity\n');
    const ran = await sandbox.run('ctinstall settings edit', {
      VISUAL: "sed -i -e 's/singularity/apptainer/'",
      EDITOR: 'false',
    });
    expect(ran).toMatchObject({ status: 0 });
    expect(readOwn(sandbox)).toBe('runtime: apptainer\n');
    expect((await sandbox.run('ctinstall settings edit', { EDITOR: 'true' })).stderr).toContain('is as it was');
    expect(readdirSync(join(sandbox.dir, '.config/ctinstall'))).toEqual(['settings.yaml']);
  });

  test('keeps an edit with a fault aside, says where, and goes on with it', async () => {
    const sandbox = makeSandbox();
    sandbox.write(own, '# mine\nruntime: singularity\n');
    const faulty = `${sandbox.dir}/.config/ctinstall/settings-faulty.yaml`;
    const ran = await sandbox.run('ctinstall settings edit', { EDITOR: 'sed -i s/runtime/runtme/' });
    expect(ran).toMatchObject({ status: 2 });
    expect(ran.stderr).toContain(`${faulty}:2:1: unknown key \`runtme\``);
    expect(ran.stderr).toContain(`your edit is kept in \`${faulty}\``);
    expect(readOwn(sandbox)).toBe('# mine\nruntime: singularity\n');
    const again = await sandbox.run('ctinstall settings edit', {
      EDITOR: 'sed -i -e s/runtme/runtime/ -e s/mine/ours/',
    });
    expect(again).toMatchObject({ status: 0 });
    expect(again.stderr).toContain(`going on with the edit that was kept in ${faulty}`);
    expect(readOwn(sandbox)).toBe('# ours\nruntime: singularity\n');
    expect(readdirSync(join(sandbox.dir, '.config/ctinstall'))).toEqual(['settings.yaml']);
  });

  test('an editor that fails changes nothing; a change by somebody else is not lost', async () => {
    const sandbox = makeSandbox();
    sandbox.write(own, 'runtime: singularity\n');
    const failed = await sandbox.run('ctinstall settings edit', { EDITOR: 'sed -i s/singularity/x/ "$1"; false' });
    expect(failed).toMatchObject({ status: 1 });
    expect(readOwn(sandbox)).toBe('runtime: singularity\n');
    expect(readdirSync(join(sandbox.dir, '.config/ctinstall'))).toEqual(['settings.yaml']);
    sandbox.write('editor', `#!/bin/sh\necho 'umask: "027"' >> "$HOME/${own}"\necho 'group: staff' >> "$1"\n`);
    const late = await sandbox.run('ctinstall settings edit', { EDITOR: 'sh editor' });
    expect(late.stderr).toContain('was changed by somebody else meanwhile');
    expect(readOwn(sandbox)).toBe('runtime: singularity\numask: "027"\n');
    expect(await sandbox.succeed('cat .config/ctinstall/settings-faulty.yaml')).toContain('group: staff');
  });

  test('a first edit starts from all keys with what they mean, each a comment', async () => {
    const sandbox = makeSandbox();
    await sandbox.succeed('ctinstall settings edit', { EDITOR: "sed -i 's|^#prefix:|prefix: /p|'" });
    expect(readOwn(sandbox)).toMatch(/^# Settings of ctinstall for you\..*\n#site: {2}# /);
    expect(readOwn(sandbox)).toContain('\nprefix: /p  # root under which');
  });
});

describe('ctinstall settings', () => {
  test('path says which files are read and which is written', async () => {
    const sandbox = makeSandbox();
    const site = sandbox.write('etc/settings.yaml', '');
    const lines = await sandbox.succeed('ctinstall settings path', { CTINSTALL_SITE_SETTINGS: site });
    expect(lines.replaceAll(sandbox.dir, '~').replace(/\S*\/sites$/m, '<tool>/sites')).toBe(
      `site presets  <tool>/sites
site presets  ~/etc/sites (not there)
site          ~/etc/settings.yaml
user          ~/.config/ctinstall/settings.yaml (not there), which \`ctinstall settings set\` writes
`,
    );
    expect(JSON.parse(await sandbox.succeed('ctinstall settings path --site --json'))[2]).toEqual({
      what: 'site',
      path: '/dev/null',
      isWritten: true,
      isThere: true,
    });
  });

  test('what the site forces holds: a file or variable of the user is warned of, a flag refused', async () => {
    const sandbox = makeSandbox();
    const site = sandbox.write('etc/settings.yaml', 'force: { enforce_checksums: true }\n');
    const environment = { CTINSTALL_SITE_SETTINGS: site };
    await sandbox.succeed('ctinstall settings set --site force.prefix "$HOME/forced"', environment);
    sandbox.write('tiny-1.0.yaml', tinyEasyconfig());
    const ran = await sandbox.run('ctinstall --image-dir "$CT_IMAGES" tiny-1.0.yaml', environment);
    expect(ran).toMatchObject({ status: 1 });
    expect(ran.stderr).toContain(
      `warning: \`CTINSTALL_PREFIX\` has no effect: \`${site}\` forces \`prefix: ${sandbox.dir}/forced\``,
    );
    expect(ran.stderr).toContain('checksums are enforced');
    const flag = await sandbox.run('ctinstall list --prefix /x', environment);
    expect(flag).toMatchObject({ status: 2 });
    expect(flag.stderr).toContain('error: `--prefix` cannot be used here: `');
    const set = await sandbox.run('ctinstall settings set enforce_checksums false', environment);
    expect(set.stderr).toContain(`sets \`enforce_checksums\`, which has no effect: \`${site}\` forces`);
    const all = JSON.parse(await sandbox.succeed('ctinstall settings --json 2>&-', environment));
    expect(all.enforce_checksums).toEqual({ value: true, origins: [`${site} (forced)`] });
  });

  test('a site’s own preset is known by the machine, and gives its values', async () => {
    const sandbox = makeSandbox();
    sandbox.write(
      'presets/ours.yaml',
      'detect: [{ variable: CLUSTER=ours }]\nimage_dirs: [$IMAGES/sif, $NONE, here]\n',
    );
    const environment = { CTINSTALL_SITE_PRESETS: `${sandbox.dir}/presets`, CLUSTER: 'ours', IMAGES: '/images' };
    const all = JSON.parse(await sandbox.succeed('ctinstall settings --json', environment));
    expect(all.site).toEqual({ value: 'ours', origins: ['detected by the variable `CLUSTER=ours`'] });
    expect(all.image_dirs).toEqual({
      value: ['/images/sif', `${sandbox.dir}/presets/here`],
      origins: ['site preset ours'],
    });
  });
});

describe('several prefixes', () => {
  const install = (prefix: string): string =>
    `ctinstall --prefix "${prefix}" --image-dir "$CT_IMAGES" --image-mode central tiny-1.0.yaml`;

  test('are all listed, shown and verified, and a module that another hides is pointed out', async () => {
    const sandbox = makeSandbox();
    const { dir } = sandbox;
    sandbox.write('tiny-1.0.yaml', tinyEasyconfig());
    sandbox.write('other-1.0.yaml', tinyEasyconfig('', { name: 'other' }));
    await sandbox.succeed(`${install('$HOME/mine')}; ${install('$HOME/site')} other-1.0.yaml`);
    const environment = {
      CTINSTALL_PREFIX: `${dir}/mine`,
      CTINSTALL_MORE_PREFIXES: `${dir}/site:${dir}/none:${dir}/mine`,
    };
    const list = (await sandbox.succeed('ctinstall list', environment)).replaceAll(dir, '~');
    expect(list.replace(/ \d{4}-\d\d-\d\d /g, ' <date> ')).toBe(
      `other/1.0  <date>  central  in ~/site
tiny/1.0   <date>  central
tiny/1.0   <date>  central
    in ~/site
    behind the module of that name in ~/mine
`,
    );
    const rows = JSON.parse(
      await sandbox.succeed('module use "$HOME/site/modules"; ctinstall list --json tiny', environment),
    );
    expect(rows).toMatchObject([
      { module: 'tiny/1.0', prefix: `${dir}/mine`, hiddenBy: `${dir}/site` },
      { module: 'tiny/1.0', prefix: `${dir}/site` },
    ]);
    expect(rows[1]).toMatchObject({ hiddenBy: null });
    expect(await sandbox.succeed('ctinstall show other', environment)).toContain(`${dir}/site/software/other/1.0`);
    expect(await sandbox.succeed('ctinstall show tiny', environment)).toContain(`${dir}/mine/software/tiny/1.0`);
    expect((await sandbox.succeed('ctinstall verify', environment)).replaceAll(dir, '~')).toBe(
      `tiny/1.0: as installed
other/1.0 in ~/site/software/other/1.0: as installed
tiny/1.0 in ~/site/software/tiny/1.0: as installed
`,
    );
    const uninstall = await sandbox.run('ctinstall uninstall --yes other', environment);
    expect(uninstall.stderr).toContain(`not under the prefix \`${dir}/mine\``);
  });

  test('the first that is writable is taken, unless the user named one', async () => {
    const sandbox = makeSandbox();
    const { dir } = sandbox;
    sandbox.write('tiny-1.0.yaml', tinyEasyconfig());
    const site = sandbox.write('etc/settings.yaml', 'prefix: /proc/site\nmore_prefixes: [/proc/project, ~/own]\n');
    const go = 'unset CTINSTALL_PREFIX; ctinstall --image-dir "$CT_IMAGES" --image-mode central tiny-1.0.yaml';
    const ran = await sandbox.run(go, { CTINSTALL_SITE_SETTINGS: site });
    expect(ran).toMatchObject({ status: 0 });
    expect(ran.stderr).toContain(`/proc/site (${site}) is not yours to write to: taking ${dir}/own`);
    expect(ran.stdout).toContain(`module use ${dir}/own/modules`);
    const named = await sandbox.run(`${go} --prefix /proc/site`, { CTINSTALL_SITE_SETTINGS: site });
    expect(named).toMatchObject({ status: 1 });
    expect(named.stderr).toContain('/proc/site');
  });

  test('one that cannot be read does not keep the others from being listed', async () => {
    const sandbox = makeSandbox();
    sandbox.write('tiny-1.0.yaml', tinyEasyconfig());
    await sandbox.succeed(`${install('$HOME/mine')}; mkdir -p closed/software`);
    if (isRoot()) execFileSync('chown', ['-R', 'root:', join(sandbox.dir, 'closed')]);
    chmodSync(join(sandbox.dir, 'closed/software'), 0o700);
    if (!isRoot()) chmodSync(join(sandbox.dir, 'closed/software'), 0);
    const ran = await sandbox.run('ctinstall list', {
      CTINSTALL_PREFIX: `${sandbox.dir}/mine`,
      CTINSTALL_MORE_PREFIXES: `${sandbox.dir}/closed`,
    });
    if (!isRoot()) chmodSync(join(sandbox.dir, 'closed/software'), 0o700);
    expect(ran).toMatchObject({ status: 0, stdout: expect.stringContaining('tiny/1.0') });
    expect(ran.stderr).toContain('warning: cannot list');
  });
});

test('where the site’s prefix is not the user’s to write to, check and regenerate go where installs go', async () => {
  const sandbox = makeSandbox();
  sandbox.write('site.yaml', `prefix: /proc/none\nmore_prefixes: ["${sandbox.dir}/own"]\n`);
  sandbox.write('tiny-1.0.yaml', tinyEasyconfig());
  const environment = { CTINSTALL_PREFIX: '', CTINSTALL_SITE_SETTINGS: `${sandbox.dir}/site.yaml` };
  await sandbox.succeed('ctinstall --image-dir "$CT_IMAGES" tiny-1.0.yaml', environment);
  expect(await sandbox.succeed('ctinstall check', environment)).toContain(`${sandbox.dir}/own`);
  expect((await sandbox.run('ctinstall regenerate --all', environment)).stderr).toContain('tiny/1.0 ');
});

test('every command tells once of a variable that means nothing, whether it reads settings or not', async () => {
  const { succeed } = makeSandbox();
  const commands = ['list', 'settings path', 'schema', 'search x'];
  const script = `export CTINSTALL_PREFX=/x CTINSTALL_XYZ_OTHER=1
    for command in ${commands.map((words) => `'${words}'`).join(' ')}; do ctinstall $command 2>&1 >/dev/null | grep -c 'has no effect' || true; done
    ctinstall --version 2>&1 | wc -l; ctinstall __complete 1 ctinstall li 2>&1 | grep -c nothing || true`;
  expect((await succeed(script)).split('\n').map(Number)).toEqual([...commands.map(() => 2), 1, 0, 0]);
});

test('get prints one value for scripts, --changed what is not the default', async () => {
  const sandbox = makeSandbox();
  const none = { CTINSTALL_PREFIX: '' };
  expect(await sandbox.succeed('ctinstall settings --changed', none)).toBe('');
  sandbox.write(own, 'image_dirs: [/images]\nbind_groups:\n  data: [/data, { host: /ref, access: ro }]\n');
  expect(await sandbox.succeed('CTINSTALL_GPU=nv ctinstall settings --changed', none)).toMatch(
    /^# .* \[\S*settings\.yaml\]\nimage_dirs: \["\/images"\]\n# [\s\S]*\n {2}data: \[\/data, \{ host: \/ref, access: ro \}\]\n# .* \[CTINSTALL_GPU\]\ngpu: "nv"\n/,
  );
  const got = await sandbox.run(
    `for key in image_dirs bind_groups.data bind_groups.nothing 'prefix --prefix /other'; do ctinstall settings get $key; echo ==; done
     ctinstall settings get prefx`,
    none,
  );
  const [imageDirs, data, ...others] = got.stdout.split('==\n');
  expect([imageDirs, ...others]).toEqual(['[/images]\n', '', '/other\n', '']);
  expect(data).toContain('/ref');
  expect([got.status, got.stderr]).toEqual([2, 'error: there is no setting `prefx`\n\nhint: did you mean `prefix`?\n']);
});
