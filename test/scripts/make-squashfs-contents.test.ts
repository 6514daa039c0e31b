import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { makeBarePath } from './fakes.ts';
import { done, type Install, isRoot, makeFilled, moduleName, scriptValues, writeProgram } from './install.ts';
import { describeSquashfs, describeTree } from './tree.ts';

/** Names in the squashfs, without the root. */
function packedNames({ squashfs }: Install): string[] {
  const listed = execFileSync('unsquashfs', ['-l', '-d', '', squashfs]).toString();
  return listed
    .split('\n')
    .filter((line) => line.startsWith('/'))
    .map((line) => line.slice(1))
    .sort();
}

function makeMixed(defaultExcludes = ''): Install {
  const install = makeFilled({
    values: { ...scriptValues, 'squashfs-contents.bash': { default_excludes: defaultExcludes } },
  });
  for (const name of ['.git/config', 'lib/.git', 'lib/__pycache__/a.pyc', 'lib/git', '.x.log', 'x.log', 'my dir/y'])
    install.write(name);
  return install;
}

const all = ['.git', '.git/config', '.x.log', 'lib', 'lib/.git', 'lib/__pycache__', 'lib/__pycache__/a.pyc'].concat([
  ...['lib/a.py', 'lib/b.py', 'lib/git', 'my dir', 'my dir/y', 'x.log'],
]);
const without = (...patterns: RegExp[]): string[] =>
  all.filter((name) => !patterns.some((pattern) => pattern.test(name)));

describe('what is left out', () => {
  test.each<[string, readonly string[], Record<string, string>, string, string[]]>([
    ['nothing, if nobody says so', [], {}, '', all],
    ['names at any depth', ['--exclude=.git', '--exclude', 'my dir'], {}, '', without(/\.git/, /my dir/)],
    ['a pattern, which does not stand for a leading dot', ['--exclude=*.log'], {}, '', without(/^x\.log/)],
    ['a class of characters', ['--exclude', 'git[!x]*', '--exclude', '[xy].lo?'], {}, '', without(/^x\.log/)],
    ['what does not exist', ['--exclude', '-rf', '--exclude', '$id'], {}, '', all],
    [
      'what the site chose, and more',
      ['--exclude', 'x.log'],
      {},
      '.git:__pycache__',
      without(/\.git/, /__py/, /^x\.log/),
    ],
    ['not what the site chose', ['--no-exclude'], {}, '.git', all],
    ['what a variable says instead', [], { CTINSTALL_SQUASHFS_EXCLUDES: 'x.log:' }, '.git', without(/^x\.log/)],
  ])('%s', async (_what, args, env, chosen, expected) => {
    const install = makeMixed(chosen);
    const ran = await install.make(args, { env });
    expect(ran).toMatchObject(done);
    expect(packedNames(install)).toEqual(expected.toSorted());
    expect(ran.stdout).toContain(`packed ${expected.length} files and directories`);
    expect(/^left out, by (.*): \d+, `/m.test(ran.stdout)).toBe(expected.length < all.length);
    expect(install.leftovers()).toEqual([]);
  });

  test('what is left out is told, and the directory is as it was', async () => {
    const install = makeMixed('.git');
    const before = describeTree(install.directory);
    const ran = await install.make();
    expect(ran.stdout).toMatch(
      /^left out, by CTINSTALL_SQUASHFS_EXCLUDES: 2, `(\.git`, `lib\/\.git|lib\/\.git`, `\.git)`$/m,
    );
    expect(ran.stdout).toMatch(/^files: 14 before, 1 after; /m);
    expect(describeTree(install.directory)).toEqual(before);
    // It is still what the squashfs was made of.
    expect(await install.make()).toMatchObject(done);
    expect(await install.unmake()).toMatchObject(done);
    expect(describeTree(install.directory)).toEqual(before);
  });

  test('the directory is not removed with what was left out, unless that is said', async () => {
    const install = makeMixed('.git');
    const before = describeTree(install.directory);
    const refused = await install.make(['--remove-directory']);
    expect(refused).toMatchObject({ status: 3, stdout: '' });
    expect(refused.stderr).toMatch(
      /^error: `--remove-directory` would lose what is left out of the squashfs: `.*\.git`\nhint: /,
    );
    expect(existsSync(install.squashfs)).toBe(false);
    expect(describeTree(install.directory)).toEqual(before);
    const ran = await install.make(['--remove-directory', '--drop-excluded']);
    expect(ran).toMatchObject(done);
    expect(ran.stdout).toMatch(/^files: 14 before, 1 after; .* saved$/m);
    expect(existsSync(install.directory)).toBe(false);
    expect(packedNames(install)).toEqual(without(/\.git/).toSorted());
  });

  test('where there is nothing to leave out, the directory is removed as ever', async () => {
    const install = makeFilled();
    expect(await install.make(['--remove-directory', '--exclude', '.git'])).toMatchObject(done);
    expect(existsSync(install.directory)).toBe(false);
  });

  test('from a directory behind a symbolic link', async () => {
    const install = makeMixed();
    execFileSync('bash', [
      '-c',
      'mv -T "$1" "$2/else where" && ln -s "$2/else where" "$1"',
      'bash',
      install.directory,
      install.fakes,
    ]);
    expect(await install.make(['--exclude', '.git'])).toMatchObject(done);
    expect(packedNames(install)).toEqual(without(/\.git/).toSorted());
  });

  test.each(['a/b', '', '..', 'a\nb', '+(a)', 'a\\b', 'a:b'])('%j is no pattern', async (pattern) => {
    const install = makeFilled();
    const ran = await install.make(['--exclude', pattern]);
    expect(ran).toMatchObject({ status: 2, stdout: '' });
    expect(ran.stderr).toContain(`error: --exclude has \`${pattern}\`, which is no pattern of a name\nhint: `);
    expect(install.leftovers()).toEqual([]);
  });
});

test('--keep-directory is the default, and does not go with --remove-directory', async () => {
  const install = makeFilled();
  expect(await install.make(['--keep-directory'])).toMatchObject(done);
  expect(existsSync(install.directory)).toBe(true);
  expect(await install.make(['--keep-directory', '--remove-directory'])).toMatchObject({
    status: 2,
    stderr: expect.stringContaining('`--keep-directory` does not go with `--remove-directory`'),
  });
});

describe('--reproducible', () => {
  test('two packs of a copied tree are the same to the byte, whoever packs with however many processors', async () => {
    const [one, two] = [makeFilled(), makeFilled({ unprivileged: true, name: 'another' })];
    for (let file = 0; file < 200; file++) one.write(`lib/deep/${file}.py`, `${file}\n`.repeat(file * 30));
    execFileSync('cp', ['-a', '-T', one.directory, two.directory]);
    execFileSync('chown', ['-R', '--reference', two.root, two.directory]);
    expect(await one.make(['--reproducible', '--processors', '1'])).toMatchObject(done);
    expect(await two.make(['--reproducible', '--processors', '4'])).toMatchObject(done);
    expect(readFileSync(one.squashfs).equals(readFileSync(two.squashfs))).toBe(true);
    // Without it the time of packing, at least, tells them apart.
    expect(await two.make([])).toMatchObject(done);
    expect(readFileSync(one.squashfs).equals(readFileSync(two.squashfs))).toBe(false);
  });

  test('the times of files are kept', async () => {
    const install = makeFilled();
    const before = describeTree(install.directory);
    expect(await install.make(['--reproducible', '--remove-directory'])).toMatchObject(done);
    expect(await install.unmake()).toMatchObject(done);
    expect(describeTree(install.directory)).toEqual(before);
  });

  test('says what only its owner may read, which will be root', async () => {
    const install = makeFilled();
    execFileSync('chmod', ['600', join(install.directory, 'lib/a.py')]);
    const ran = await install.make(['--reproducible']);
    expect(ran.status).toBe(0);
    expect(ran.stderr).toMatch(
      /^warning: with `--reproducible` all belongs to root, and not all may read: 1, `lib\/a\.py`; .*\nhint: chmod -R go\+rX /,
    );
  });

  test('a mksquashfs that cannot', async () => {
    const install = makeFilled();
    const real = execFileSync('bash', ['-c', 'type -P mksquashfs']).toString().trim();
    writeFileSync(
      join(install.fakes, 'mksquashfs'),
      `#!/bin/bash\n[[ " $* " != *" -mkfs-time "* ]] || exit 1\nexec ${real} "$@"\n`,
      { mode: 0o755 },
    );
    expect(await install.make(['--reproducible'])).toMatchObject({
      status: 1,
      stderr: expect.stringContaining('error: this mksquashfs is too old for `--reproducible`: version 4.4'),
    });
    expect(install.leftovers()).toEqual([]);
  });
});

describe('who may read the squashfs', () => {
  const forYou = 'your group may not read all that was packed';
  const forGroup = 'others may not read all that was packed';
  test.each<[string, string, number, string, string[]]>([
    ['a private file', 'chmod 600 lib/a.py', 0o600, `${forYou}: 1, \`lib/a.py\`; so the squashfs is for you alone`, []],
    ['a file for the group', 'chmod 640 lib/a.py', 0o640, `${forGroup}: 1, \`lib/a.py\`; so`, []],
    ['a directory whose names only are seen', 'chmod 754 lib', 0o640, `${forGroup}: 1, \`lib\`; so`, []],
    ['several', 'chmod 600 lib/*', 0o600, `${forYou}: 2, \`lib/`, []],
    ['a file for the group in its tree', 'chmod 640 lib/a.py; chmod 770 .', 0o660, '', []],
    ['a private file that is left out', 'chmod 600 lib/a.py', 0o644, '', ['--exclude', 'a.py']],
    ['a link, whose mode says nothing', 'ln -s /none lib/link', 0o644, '', []],
  ])('%s', async (_what, change, mode, said, args) => {
    const install = makeFilled();
    execFileSync('bash', ['-c', `chmod 755 .; ${change}`], { cwd: install.directory });
    const ran = await install.make(args);
    expect(ran.status).toBe(0);
    if (said === '') expect(ran.stderr).toBe('');
    else {
      expect(ran.stderr).toContain(`warning: ${said}`);
      expect(ran.stderr).toMatch(/\nhint: to share it: chmod -R [go]\+rX .*, and pack again\n$/);
    }
    expect(statSync(install.squashfs).mode & 0o7777).toBe(mode);
  });

  test.runIf(isRoot)('a file that belongs to another group', async () => {
    const install = makeFilled();
    const file = join(install.directory, 'lib/a.py');
    execFileSync('bash', ['-c', 'chgrp 65534 "$1"; chmod 640 "$1"', 'bash', file]);
    expect((await install.make()).stderr).toContain(`warning: ${forYou}: 1, \`lib/a.py\``);
    expect(statSync(install.squashfs).mode & 0o7777).toBe(0o600);
  });

  test('after an update too', async () => {
    const install = makeFilled();
    expect(await install.make(['--remove-directory'])).toMatchObject(done);
    writeProgram(join(install.root, 'bin/in-container'), 'chmod 600 "$CTINSTALL_USER_SOFTWARE/lib/a.py"');
    const ran = await install.run('update-squashfs', ['--', 'any']);
    expect(ran.stderr).toContain(`warning: ${forYou}`);
    expect(statSync(install.squashfs).mode & 0o7777).toBe(0o600);
  });
});

describe('what is not the same in the squashfs', () => {
  test('sockets are named, but those that are left out', async () => {
    const install = makeFilled();
    mkdirSync(join(install.directory, '.git'));
    const listen = `for (const path of process.argv.slice(1)) require('node:net').createServer().listen(path);
      setTimeout(() => process.kill(process.pid, 'SIGKILL'), 300)`;
    try {
      execFileSync(process.execPath, ['-e', listen, './\u001bs', './\u001bt', './.git/u'], { cwd: install.directory });
    } catch {
      // It ends like that, so that the sockets stay.
    }
    const ran = await install.make(['--exclude', '.git']);
    expect(ran).toMatchObject({ status: 0 });
    expect(ran.stderr).toMatch(
      /^warning: sockets are packed as names that nothing listens to: 2, `[?][st]` and others\n$/,
    );
  });

  test('extended attributes are named where getfattr is there', async () => {
    const install = makeFilled();
    execFileSync('setfattr', ['-n', 'user.mine', '-v', 'x', join(install.directory, 'lib/a.py')]);
    expect((await install.make()).stderr).toBe(
      'warning: extended attributes (user.*, security.capability) are not packed: 1, `lib/a.py`\n',
    );
    const env = { PATH: makeBarePath(install, 'mksquashfs', 'unsquashfs') };
    expect(await install.make([], { env })).toMatchObject(done);
  });

  test('hard links stay hard links', async () => {
    const install = makeFilled();
    execFileSync('ln', [join(install.directory, 'lib/b.py'), join(install.directory, 'c.py')]);
    const before = describeTree(install.directory);
    expect(await install.make(['--remove-directory'])).toMatchObject(done);
    expect(describeSquashfs(install.squashfs)).toEqual(before);
    expect(await install.unmake()).toMatchObject(done);
    const inode = (name: string) => execFileSync('stat', ['-c', '%i', join(install.directory, name)]).toString();
    expect(inode('c.py')).toBe(inode('lib/b.py'));
  });

  test('a file that cannot be read ends it', async () => {
    const install = makeFilled({ unprivileged: true });
    execFileSync('chmod', ['000', join(install.directory, 'lib/a.py')]);
    const ran = await install.make();
    expect(ran.status).toBe(1);
    expect(ran.stderr).toContain('lib/a.py');
    expect(ran.stderr).toContain('hint: what is named above must be readable for you');
    expect(existsSync(install.squashfs)).toBe(false);
  });
});

test('for programs, what is saved comes as one more line', async () => {
  const install = makeFilled();
  const { stdout } = await install.make(['--remove-directory'], { env: { CTINSTALL_RESULT: '1' } });
  expect(stdout).toMatch(
    new RegExp(
      `module load ${moduleName}\nfiles: .* saved\nresult: filesBefore=4 filesAfter=1 bytesBefore=\\d+ bytesAfter=4096 leftOut=0 directory=removed\n$`,
    ),
  );
});
