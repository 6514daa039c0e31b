import { execFileSync } from 'node:child_process';
import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { makeBarePath } from './fakes.ts';
import { done, type Install, makeFilled, makeInstall, moduleName, run } from './install.ts';
import { describeSquashfs, describeTree } from './tree.ts';

describe('packing', () => {
  test('makes a squashfs that holds what the directory holds, and keeps the directory', async () => {
    const install = makeFilled();
    const before = describeTree(install.directory);
    const ran = await install.make();
    expect(ran).toMatchObject(done);
    const [packed, load, gain, ...rest] = ran.stdout.split('\n');
    expect(packed).toMatch(
      /^packed 3 files and directories, 3\d\d KiB, into .*\/user-software\.squashfs, \d(\.\d)? KiB$/,
    );
    expect(packed).toContain(` into ${install.squashfs}, `);
    expect([load, ...rest]).toEqual([`to use it, load the module again: module load ${moduleName}`, '']);
    expect(gain).toMatch(
      /^files: 4 before, 1 after; space: 3\d\d KiB before, \d(\.\d)? KiB after, \d+ KiB saved when the directory is removed$/,
    );
    expect(describeSquashfs(install.squashfs)).toEqual(before);
    expect(describeTree(install.directory)).toEqual(before);
    expect(install.leftovers()).toEqual([]);
  });

  test('with --remove-directory leaves only the squashfs', async () => {
    const install = makeFilled();
    const before = describeTree(install.directory);
    expect(await install.make(['--remove-directory'])).toMatchObject(done);
    expect(describeSquashfs(install.squashfs)).toEqual(before);
    expect(readdirSync(install.root).sort()).toEqual(['.ctinstall', 'bin', 'runscripts', 'user-software.squashfs']);
    const parts = ['common', 'contents', 'lineage', 'lock', 'pack', 'unpack'];
    expect(readdirSync(install.state).filter((name) => !/^(on-host|in-container|container-env)/.test(name))).toEqual(
      parts.map((part) => `squashfs-${part}.bash`),
    );
  });

  test('--remove-directory also removes what a package made read-only', async () => {
    const install = makeFilled({ unprivileged: true });
    execFileSync('chmod', ['-R', 'a-w', install.directory]);
    expect(await install.make(['--remove-directory'])).toMatchObject(done);
    expect(existsSync(install.directory)).toBe(false);
    expect(install.leftovers()).toEqual([]);
  });

  test.each(['-rf', 'a new\nline\\', "it's ü $(id) a:b,c"])('in an install dir %j', async (name) => {
    const install = makeFilled({ name });
    expect(await install.make(['--remove-directory'])).toMatchObject(done);
    expect(await install.unmake()).toMatchObject(done);
    expect(readFileSync(join(install.directory, 'lib/a.py'), 'utf8')).toBe('a');
    expect(install.leftovers()).toEqual([]);
  });

  test('through symbolic links, and by a relative path', async () => {
    const install = makeFilled();
    symlinkSync(join(install.root, 'bin/make-squashfs'), join(install.fakes, 'one'));
    symlinkSync('one', join(install.fakes, 'two'));
    expect(await run([join(install.fakes, 'two')])).toMatchObject(done);
    expect(existsSync(install.squashfs)).toBe(true);
    rmSync(install.squashfs);
    expect(await run(['bash', '../bin/make-squashfs'], { cwd: install.directory })).toMatchObject(done);
    expect(existsSync(install.squashfs)).toBe(true);
  });

  test('needs bash, coreutils, findutils and squashfs-tools only', async () => {
    const install = makeFilled();
    const env = { PATH: makeBarePath(install, 'mksquashfs', 'unsquashfs') };
    expect(await install.make(['--remove-directory'], { env })).toMatchObject(done);
    expect(await install.unmake([], { env })).toMatchObject(done);
    expect(install.leftovers()).toEqual([]);
  });

  test('is not led astray by what the caller has set up', async () => {
    const install = makeFilled();
    writeFileSync(join(install.fakes, 'start-up'), 'echo start-up; exit 9\n');
    const env = {
      BASH_ENV: join(install.fakes, 'start-up'),
      'BASH_FUNC_rm%%': '() { exit 9; }',
      SOURCE_DATE_EPOCH: 'rubbish',
      POSIXLY_CORRECT: '1',
      BLOCK_SIZE: '1M',
      LC_ALL: 'C.UTF-8',
      HOSTNAME: 'login node',
      TMPDIR: '/none',
      GLOBIGNORE: '*',
    };
    expect(await install.make(['--remove-directory'], { env })).toMatchObject(done);
    expect(install.leftovers()).toEqual([]);
    expect(await install.unmake([], { env: { ...env, SOURCE_DATE_EPOCH: '99999999999999' } })).toMatchObject(done);
    expect(install.leftovers()).toEqual([]);
  });

  test('the squashfs is for those who may read the directory', async () => {
    const install = makeFilled();
    for (const [mode, expected] of [
      ['2770', 0o660],
      ['700', 0o600],
    ] as const) {
      execFileSync('chmod', [mode, install.directory]);
      expect(await install.make()).toMatchObject(done);
      expect(statSync(install.squashfs).mode & 0o7777).toBe(expected);
    }
  });

  test('a directory behind a symbolic link is packed, but not removed', async () => {
    const install = makeFilled();
    const elsewhere = join(install.fakes, 'else where');
    renameSync(install.directory, elsewhere);
    symlinkSync(elsewhere, install.directory);
    const refused = await install.make(['--remove-directory']);
    expect(refused.status).toBe(2);
    expect(refused.stderr).toContain(
      `error: \`${install.directory}\` is a symbolic link: \`--remove-directory\` would leave what it points to\nhint: `,
    );
    expect(existsSync(install.squashfs)).toBe(false);
    expect(await install.make()).toMatchObject(done);
    expect(describeSquashfs(install.squashfs)).toEqual(describeTree(elsewhere));
    expect(await install.unmake()).toMatchObject(done);
    expect(existsSync(install.squashfs)).toBe(false);
  });
});

describe('nothing to pack', () => {
  test('no directory', async () => {
    const install = makeInstall();
    rmSync(install.directory, { recursive: true });
    expect(await install.make()).toEqual({
      ...done,
      status: 2,
      stdout: '',
      stderr: `error: nothing to pack: \`${install.directory}\` is not there\n`,
    });
    expect(install.leftovers()).toEqual([]);
  });

  test.each(['absent', 'empty'])('it is packed already: %s', async (what) => {
    const install = makeFilled();
    await install.make(['--remove-directory']);
    if (what === 'empty') mkdirSync(install.directory);
    expect(await install.make()).toEqual({
      ...done,
      stdout: `nothing to pack: the user software is packed already, in ${install.squashfs}\nto change it, run unmake-squashfs first\n`,
    });
    expect(existsSync(install.squashfs)).toBe(true);
  });

  test('an empty one', async () => {
    const install = makeInstall();
    const ran = await install.make();
    expect(ran).toMatchObject({
      status: 2,
      stderr: `error: nothing to pack: \`${install.directory}\` is empty\n`,
    });
    expect(existsSync(install.directory)).toBe(true);
    expect(install.leftovers()).toEqual([]);
  });
});

describe('refused', () => {
  const withoutRuntime = '/usr/bin:/bin';

  test.each(['SINGULARITY_CONTAINER', 'APPTAINER_CONTAINER'])('inside a container, by $%s', async (variable) => {
    const install = makeFilled();
    const ran = await install.make([], { env: { [variable]: '/x.sif', PATH: withoutRuntime } });
    expect(ran).toMatchObject({ status: 1, stdout: '' });
    expect(ran.stderr).toBe(
      'error: `make-squashfs` works on the host, and this is inside a container\nhint: leave the container, and run it again\n',
    );
    expect(existsSync(install.squashfs)).toBe(false);
  });

  test.each<[string, readonly string[], Record<string, string>, string]>([
    ['an unknown option', ['--remove'], {}, 'unknown argument `--remove`'],
    ['an operand', ['x'], {}, 'unknown argument `x`'],
    ['no number of processors', ['--processors'], {}, '`--processors` needs a number'],
    ['a wrong one', ['--processors', '2x'], {}, '--processors is `2x`, which is not a number of processors'],
    ['an empty one', ['--processors='], {}, '--processors is ``'],
    ['one like an octal', ['--processors', '08'], {}, '--processors is `08`'],
    ['one in the environment', [], { CTINSTALL_SQUASHFS_PROCESSORS: '-1' }, 'CTINSTALL_SQUASHFS_PROCESSORS is `-1`'],
    ['a compression', [], { CTINSTALL_SQUASHFS_COMPRESSION: 'xz' }, 'CTINSTALL_SQUASHFS_COMPRESSION is `xz`'],
  ])('%s', async (_what, args, env, message) => {
    const install = makeFilled();
    const ran = await install.make(args, { env });
    expect(ran).toMatchObject({ status: 2, stdout: '' });
    expect(ran.stderr).toContain(`error: ${message}`);
    expect(ran.stderr).toContain('\nhint: ');
    expect(existsSync(install.squashfs)).toBe(false);
    expect(install.leftovers()).toEqual([]);
  });

  test.each([
    ['mksquashfs', 'unsquashfs'],
    ['unsquashfs', 'mksquashfs'],
  ])('without %s', async (missing, there) => {
    const install = makeFilled();
    const ran = await install.make([], { env: { PATH: makeBarePath(install, there) } });
    expect(ran.status).toBe(1);
    expect(ran.stderr).toMatch(
      new RegExp(
        `^error: there is no \`${missing}\` on PATH\nhint: it is in the package squashfs-tools of Debian, Red Hat`,
      ),
    );
    expect(install.leftovers()).toEqual([]);
  });

  test.each<[string, (install: Install) => void, RegExp]>([
    [
      'a file',
      ({ directory }) => writeFileSync(directory, ''),
      /error: `.*\/user-software` is not a directory\nhint: /,
    ],
    [
      'a dangling link',
      ({ directory }) => symlinkSync('/none', directory),
      /user-software` is a symbolic link to something/,
    ],
  ])('user-software is %s', async (_what, make, message) => {
    const install = makeInstall();
    rmSync(install.directory, { recursive: true });
    make(install);
    const ran = await install.make();
    expect(ran.status).toBe(1);
    expect(ran.stderr).toMatch(message);
    expect(install.leftovers()).toEqual([]);
  });

  test('user-software.squashfs is a directory', async () => {
    const install = makeFilled();
    mkdirSync(install.squashfs);
    const ran = await install.make(['--replace-squashfs']);
    expect(ran).toMatchObject({
      status: 1,
      stderr: expect.stringContaining('.squashfs` is not a regular file'),
    });
  });

  test('the install belongs to someone else', async () => {
    const install = makeFilled();
    execFileSync('chmod', ['-R', 'a-w', install.root]);
    execFileSync('chmod', ['a+rx', join(install.root, '..')]);
    const ran = await install.make([], { unprivileged: true });
    expect(ran.status).toBe(1);
    expect(ran.stderr).toContain(
      `error: \`${install.lock}\` cannot be made: Permission denied\nhint: only who installed it may change its user software\n`,
    );
  });
});

test('--help says all there is', async () => {
  const install = makeFilled();
  const ran = await install.make(['--help'], { env: { SINGULARITY_CONTAINER: '/x.sif' } });
  expect(ran).toMatchObject(done);
  for (const word of [
    '--remove-directory',
    '--replace-squashfs',
    '--exclude',
    '--processors',
    moduleName,
    install.squashfs,
  ])
    expect(ran.stdout).toContain(word);
  expect(existsSync(install.squashfs)).toBe(false);
});
