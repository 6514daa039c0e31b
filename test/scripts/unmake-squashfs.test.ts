import { execFileSync } from 'node:child_process';
import {
  chownSync,
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
import { fakeUnsquashfs, makeBarePath } from './fakes.ts';
import { done, type Install, type InstallOptions, isRoot, makeInstall, moduleName, writeProgram } from './install.ts';
import { describeSquashfs, describeTree } from './tree.ts';

/** An install whose user software is packed; with `directory`, the directory it was packed from is still there. */
async function makePacked(more: 'directory' | 'squashfs only', options: InstallOptions = {}): Promise<Install> {
  const install = makeInstall(options);
  install.write('lib/a.py', 'a');
  install.write('lib/b.py', 'b'.repeat(300_000));
  expect(await install.make(more === 'directory' ? [] : ['--remove-directory'])).toMatchObject(done);
  return install;
}

/** What the two forms hold, to see that nothing was changed. */
function describeBoth({ directory, squashfs }: Install): unknown {
  return [
    existsSync(squashfs) && readFileSync(squashfs).toString('latin1'),
    existsSync(directory) && describeTree(directory),
  ];
}

const removedLines = ({ squashfs }: Install): string =>
  `removed ${squashfs}\nto use the directory, load the module again: module load ${moduleName}\n`;

describe('unpacking', () => {
  test('makes a directory of what the squashfs holds, and removes the squashfs', async () => {
    const install = await makePacked('squashfs only');
    const tree = describeSquashfs(install.squashfs);
    const ran = await install.unmake();
    expect(ran).toEqual({
      ...done,
      stdout: `unpacked 3 files and directories into ${install.directory}\n${removedLines(install)}`,
    });
    expect(describeTree(install.directory)).toEqual(tree);
    expect(existsSync(install.squashfs)).toBe(false);
    expect(install.leftovers()).toEqual([]);
  });

  test('into an empty directory as if it were not there', async () => {
    const install = await makePacked('squashfs only');
    mkdirSync(install.directory);
    expect(await install.unmake()).toMatchObject(done);
    expect(readFileSync(join(install.directory, 'lib/a.py'), 'utf8')).toBe('a');
  });

  test('with --keep-squashfs keeps it, and knows later that both hold the same', async () => {
    const install = await makePacked('squashfs only');
    const tree = describeSquashfs(install.squashfs);
    const ran = await install.unmake(['--keep-squashfs']);
    expect(ran).toMatchObject({
      ...done,
      stdout: `unpacked 3 files and directories into ${install.directory}\n`,
    });
    expect(describeSquashfs(install.squashfs)).toEqual(tree);
    expect(await install.unmake()).toMatchObject({
      ...done,
      stdout: expect.stringContaining('nothing to unpack'),
    });
    expect(existsSync(install.squashfs)).toBe(false);
    expect(describeTree(install.directory)).toEqual(tree);
  });

  test('needs bash, coreutils, findutils and unsquashfs only', async () => {
    const install = await makePacked('squashfs only');
    expect(await install.unmake([], { env: { PATH: makeBarePath(install, 'unsquashfs') } })).toMatchObject(done);
  });

  test('uses as many processors as it is told', async () => {
    const install = await makePacked('squashfs only');
    fakeUnsquashfs(install, `echo "$@" >${join(install.fakes, 'options').replaceAll(/[^\w/.-]/g, '\\$&')}; real "$@"`);
    expect(await install.unmake(['--processors', '3'])).toMatchObject(done);
    expect(readFileSync(join(install.fakes, 'options'), 'utf8')).toMatch(
      /^-no-xattrs -processors 3 -quiet -no-progress -d /,
    );
  });

  test('shows its progress only when it is asked to, off a terminal', async () => {
    const install = await makePacked('squashfs only');
    // The bar of the true one is redrawn by a clock: a quick run may have none.
    fakeUnsquashfs(install, 'echo bar; [[ " $* " != *" -no-progress "* ]] && echo wanted; real "$@"');
    expect((await install.unmake(['--keep-squashfs'])).stdout).toMatch(/^unpacked /);
    const ran = await install.unmake(['--replace-directory'], { env: { CTINSTALL_PROGRESS: '1' } });
    expect(ran).toMatchObject(done);
    expect(ran.stdout).toMatch(/^bar\nwanted\n/);
  });

  test('in a directory of a project, directories go on belonging to its group', async () => {
    const install = await makePacked('squashfs only', { unprivileged: true });
    execFileSync('chmod', ['g+s', install.root]);
    expect(await install.unmake()).toMatchObject(done);
    for (const directory of [install.directory, join(install.directory, 'lib')])
      expect(statSync(directory).mode & 0o2000).toBe(0o2000);
  });

  test('a squashfs of another owner', async () => {
    const install = await makePacked('squashfs only', { unprivileged: true });
    if (isRoot) chownSync(install.squashfs, 0, 0);
    expect(await install.unmake()).toMatchObject(done);
    expect(readFileSync(join(install.directory, 'lib/a.py'), 'utf8')).toBe('a');
    expect(existsSync(install.squashfs)).toBe(false);
  });

  test('a squashfs behind a symbolic link: the link is removed', async () => {
    const install = await makePacked('squashfs only');
    const elsewhere = join(install.fakes, 'else where');
    renameSync(install.squashfs, elsewhere);
    symlinkSync(elsewhere, install.squashfs);
    expect(await install.unmake()).toMatchObject(done);
    expect(existsSync(install.squashfs)).toBe(false);
    expect(existsSync(elsewhere)).toBe(true);
    expect(readFileSync(join(install.directory, 'lib/a.py'), 'utf8')).toBe('a');
  });
});

describe('refused', () => {
  test('no squashfs', async () => {
    const install = makeInstall();
    // Were there something in the directory, an earlier run might have unpacked it.
    expect(await install.unmake()).toMatchObject({
      status: 2,
      stdout: '',
      stderr: `error: nothing to unpack: there is no \`${install.squashfs}\`\n`,
    });
    expect(existsSync(install.directory)).toBe(true);
    expect(install.leftovers()).toEqual([]);
  });

  test('inside a container, or without unsquashfs', async () => {
    const install = await makePacked('squashfs only');
    const before = describeBoth(install);
    expect(await install.unmake([], { env: { APPTAINER_CONTAINER: '/x.sif', PATH: '/usr/bin:/bin' } })).toMatchObject({
      status: 1,
      stderr:
        'error: `unmake-squashfs` works on the host, and this is inside a container\nhint: leave the container, and run it again\n',
    });
    const ran = await install.unmake([], { env: { PATH: makeBarePath(install) } });
    expect(ran.status).toBe(1);
    expect(ran.stderr).toContain(
      'error: there is no `unsquashfs` on PATH\nhint: it is in the package squashfs-tools of',
    );
    expect(describeBoth(install)).toEqual(before);
  });

  const wrong: readonly (readonly [readonly string[], string])[] = [
    [['--remove-directory'], 'unknown argument `--remove-directory`'],
    [['--keep-directory', '--replace-directory'], '`--keep-directory` does not go with `--replace-directory`'],
    [['--keep-squashfs', '--keep-directory'], '`--keep-directory` does not go with `--keep-squashfs`'],
    [['--processors=x'], '--processors is `x`'],
  ];
  test('options that are wrong, or do not go together', async () => {
    const install = await makePacked('directory');
    const before = describeBoth(install);
    for (const [args, message] of wrong) {
      const ran = await install.unmake(args);
      expect([args, ran]).toMatchObject([args, { status: 2, stdout: '' }]);
      expect([args, ran.stderr]).toEqual([args, expect.stringContaining(`error: ${message}`)]);
      expect([args, ran.stderr]).toEqual([args, expect.stringContaining('\nhint: ')]);
    }
    expect(describeBoth(install)).toEqual(before);
  });

  test('--help says all there is', async () => {
    const install = makeInstall();
    const ran = await install.unmake(['--help']);
    expect(ran).toMatchObject(done);
    for (const word of ['--keep-squashfs', '--keep-directory', '--replace-directory', '--processors', moduleName])
      expect(ran.stdout).toContain(word);
  });
});

describe('a directory that is still there', () => {
  test('unchanged, also where it was moved away and back: it is used as it is, and with --keep-squashfs nothing is to do', async () => {
    const install = await makePacked('directory');
    renameSync(install.directory, `${install.directory}.moved`);
    renameSync(`${install.directory}.moved`, install.directory);
    const before = describeBoth(install);
    expect(await install.unmake(['--keep-squashfs'])).toMatchObject({
      ...done,
      stdout: expect.not.stringContaining('removed'),
    });
    expect(describeBoth(install)).toEqual(before);
    const tree = describeTree(install.directory);
    fakeUnsquashfs(install, 'exit 1');
    expect(await install.unmake()).toEqual({
      ...done,
      stdout: `nothing to unpack: ${install.directory} is still there, and has not changed since it was packed\n${removedLines(install)}`,
    });
    expect(describeTree(install.directory)).toEqual(tree);
    expect(existsSync(install.squashfs)).toBe(false);
  });

  const changes: [string, (install: Install) => void][] = [
    ['a file was written', ({ write }) => write('lib/a.py', 'other')],
    ['a file came', ({ write }) => write('lib/new')],
    ['a file went', ({ directory }) => rmSync(join(directory, 'lib/a.py'))],
    ['a mode was changed', ({ directory }) => execFileSync('chmod', ['600', join(directory, 'lib/a.py')])],
    ['the record is gone', ({ state }) => rmSync(join(state, 'user-software.lineage'))],
    [
      'it is another one',
      ({ directory, write }) => {
        rmSync(directory, { recursive: true });
        write('lib/a.py', 'a');
      },
    ],
  ];
  test.each(changes)('%s: the user is asked', async (what, change) => {
    const install = await makePacked('directory');
    change(install);
    const before = describeBoth(install);
    for (const args of what === 'a file was written' ? [[], ['--keep-squashfs']] : [[]]) {
      expect(await install.unmake(args)).toMatchObject({
        status: 3,
        stdout: '',
        stderr:
          `error: \`${install.directory}\` is there already, and may differ from \`${install.squashfs}\`\n` +
          'hint: to use the directory as it is, and remove the squashfs: unmake-squashfs --keep-directory\n' +
          'hint: to use what is in the squashfs, and keep the directory under another name: unmake-squashfs --replace-directory\n',
      });
      expect(describeBoth(install)).toEqual(before);
      expect(install.leftovers()).toEqual([]);
    }
  });

  test('--keep-directory uses it whatever it holds', async () => {
    const install = await makePacked('directory');
    install.write('lib/new');
    const tree = describeTree(install.directory);
    expect(await install.unmake(['--keep-directory'])).toEqual({
      ...done,
      stdout: `${install.directory} is used as it is\n${removedLines(install)}`,
    });
    expect(describeTree(install.directory)).toEqual(tree);
    expect(existsSync(install.squashfs)).toBe(false);
  });

  test('--keep-directory does not leave the user with nothing', async () => {
    const install = await makePacked('squashfs only');
    for (const what of ['absent', 'empty']) {
      if (what === 'empty') mkdirSync(install.directory);
      const ran = await install.unmake(['--keep-directory']);
      expect([what, ran.status]).toEqual([what, 3]);
      expect(ran.stderr).toContain(`error: there is nothing in \`${install.directory}\``);
      expect(existsSync(install.squashfs)).toBe(true);
    }
  });

  test.each([[['--replace-directory', '--keep-squashfs']]])('%j unpacks, and keeps it beside', async (args) => {
    const install = await makePacked('directory');
    const packed = describeTree(install.directory);
    install.write('lib/new');
    const changed = describeTree(install.directory);
    const ran = await install.unmake(args);
    expect(ran).toMatchObject(done);
    const kept = /^the directory that was there is now (.*)\n/.exec(ran.stdout)?.[1] ?? '';
    expect(kept).toMatch(/\/user-software\.replaced-\d{8}-\d{6}$/);
    expect(describeTree(kept)).toEqual(changed);
    expect(describeTree(install.directory)).toEqual(packed);
    expect(existsSync(install.squashfs)).toBe(true);
  });
});

describe('the squashfs is kept, and nothing else is left', () => {
  test.each<[string, string, RegExp]>([
    [
      'unsquashfs fails',
      'real "$@" >/dev/null; exit 1',
      /error: `.*` could not be unpacked whole, and is as it was: unsquashfs ended with exit status 1\n$/,
    ],
    ['unsquashfs could not do all', 'real "$@" >/dev/null; exit 2', /unsquashfs ended with exit status 2/],
    [
      'an old unsquashfs could not write',
      'real "$@"; echo "write failed because No space left on device" >&2',
      /No space left on device\nerror: .*unsquashfs reported errors\nhint: free some space/,
    ],
    ['unsquashfs is killed', 'real "$@" >/dev/null; kill -KILL $$', /was ended by signal 9/],
    ['unsquashfs leaves a file out', 'real "$@" -excludes lib/a.py', /error: what was unpacked is not all that `/],
  ])('when %s', async (_what, text, message) => {
    const install = await makePacked('squashfs only');
    const before = describeBoth(install);
    fakeUnsquashfs(install, text);
    const ran = await install.unmake();
    expect(ran).toMatchObject({ status: 1, stdout: '' });
    expect(ran.stderr).toMatch(message);
    expect(describeBoth(install)).toEqual(before);
    expect(install.leftovers()).toEqual([]);
  });

  test('when it is damaged', async () => {
    const install = await makePacked('squashfs only');
    writeFileSync(install.squashfs, readFileSync(install.squashfs).subarray(0, 150));
    const ran = await install.unmake();
    expect(ran.status).toBe(1);
    expect(ran.stderr).toMatch(/error: `[\s\S]*could not be unpacked whole/);
    expect(readdirSync(install.root)).not.toContain('user-software');
    expect(existsSync(install.squashfs)).toBe(true);
    expect(install.leftovers()).toEqual([]);
  });

  test('when the directory that is there cannot be renamed', async () => {
    const install = await makePacked('directory');
    install.write('lib/new');
    const before = describeTree(install.directory);
    writeProgram(join(install.fakes, 'mv'), `[[ \${!#} != *.replaced-* ]] || exit 1; exec /bin/mv "$@"`);
    const ran = await install.unmake(['--replace-directory']);
    expect(ran).toMatchObject({
      status: 1,
      stderr: expect.stringContaining('could not be renamed; nothing was changed'),
    });
    expect(describeTree(install.directory)).toEqual(before);
    expect(existsSync(install.squashfs)).toBe(true);
    expect(install.leftovers()).toEqual([]);
  });
});
