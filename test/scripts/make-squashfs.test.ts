import { execFileSync } from 'node:child_process';
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { fakeMksquashfs, makeBarePath } from './fakes.ts';
import {
  type Install,
  makeInstall,
  moduleName,
  run,
  scriptValues,
  writeProgram,
} from './install.ts';
import { describeSquashfs, describeTree } from './tree.ts';

function makeFilled(options: Parameters<typeof makeInstall>[0] = {}): Install {
  const install = makeInstall(options);
  install.write('lib/a.py', 'a');
  install.write('lib/b.py', 'b'.repeat(300_000));
  return install;
}

/** Compressor of a squashfs, from its superblock. */
function compressorOf(path: string): string | undefined {
  return { 1: 'gzip', 6: 'zstd' }[readFileSync(path).readUInt16LE(20)];
}

const done = { status: 0, signal: null, stderr: '' };

describe('packing', () => {
  test('makes a squashfs that holds what the directory holds, and keeps the directory', async () => {
    const install = makeFilled();
    const before = describeTree(install.directory);
    const ran = await install.make();
    expect(ran).toMatchObject(done);
    const [packed, load, ...rest] = ran.stdout.split('\n');
    expect(packed).toMatch(
      /^packed 3 files and directories, 3\d\d KiB, into .*\/user-software\.squashfs, \d(\.\d)? KiB$/,
    );
    expect(packed).toContain(` into ${install.squashfs}, `);
    expect([load, ...rest]).toEqual([
      `to use it, load the module again: module load ${moduleName}`,
      '',
    ]);
    expect(describeSquashfs(install.squashfs)).toEqual(before);
    expect(describeTree(install.directory)).toEqual(before);
    expect(install.leftovers()).toEqual([]);
  });

  test('with --remove-directory leaves only the squashfs', async () => {
    const install = makeFilled();
    const before = describeTree(install.directory);
    expect(await install.make(['--remove-directory'])).toMatchObject(done);
    expect(describeSquashfs(install.squashfs)).toEqual(before);
    expect(readdirSync(install.root).sort()).toEqual([
      '.ctinstall',
      'bin',
      'runscripts',
      'user-software.squashfs',
    ]);
    expect(readdirSync(install.state)).toEqual(['squashfs-common.bash']);
  });

  test('--remove-directory also removes what a package made read-only', async () => {
    const install = makeFilled({ unprivileged: true });
    execFileSync('chmod', ['-R', 'a-w', install.directory]);
    expect(await install.make(['--remove-directory'])).toMatchObject(done);
    expect(existsSync(install.directory)).toBe(false);
    expect(install.leftovers()).toEqual([]);
  });

  test.each(['plain', 'a new\nline', '-rf', "it's", 'ü', '\\', '$(id)', 'a:b,c'])(
    'in an install dir %j',
    async (name) => {
      const install = makeFilled({ name });
      expect(await install.make(['--remove-directory'])).toMatchObject(done);
      expect(await install.unmake()).toMatchObject(done);
      expect(readFileSync(join(install.directory, 'lib/a.py'), 'utf8')).toBe('a');
      expect(install.leftovers()).toEqual([]);
    },
  );

  test('through symbolic links, and by a relative path', async () => {
    const install = makeFilled();
    symlinkSync(join(install.root, 'bin/make-squashfs'), join(install.fakes, 'one'));
    symlinkSync('one', join(install.fakes, 'two'));
    expect(await run([join(install.fakes, 'two')])).toMatchObject(done);
    expect(existsSync(install.squashfs)).toBe(true);
    rmSync(install.squashfs);
    expect(await run(['bash', '../bin/make-squashfs'], { cwd: install.directory })).toMatchObject(
      done,
    );
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
    expect(
      await install.unmake([], { env: { ...env, SOURCE_DATE_EPOCH: '99999999999999' } }),
    ).toMatchObject(done);
    expect(install.leftovers()).toEqual([]);
  });

  test('the squashfs is for those who may read the directory', async () => {
    const install = makeFilled();
    for (const [mode, expected] of [
      ['2770', 0o660],
      ['700', 0o600],
      ['755', 0o644],
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
    expect(await install.make()).toMatchObject({
      status: 2,
      stderr:
        `error: nothing to pack: the user software is packed already, in \`${install.squashfs}\`\n` +
        'hint: to change it, run unmake-squashfs first\n',
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
  test.each(['SINGULARITY_CONTAINER', 'APPTAINER_CONTAINER'])(
    'inside a container, by $%s',
    async (variable) => {
      const install = makeFilled();
      const ran = await install.make([], { env: { [variable]: '/x.sif' } });
      expect(ran).toMatchObject({ status: 1, stdout: '' });
      expect(ran.stderr).toBe(
        'error: `make-squashfs` works on the host, and this is inside a container\nhint: leave the container, and run it again\n',
      );
      expect(existsSync(install.squashfs)).toBe(false);
    },
  );

  test.each<[string, readonly string[], Record<string, string>, string]>([
    ['an unknown option', ['--remove'], {}, 'unknown argument `--remove`'],
    ['an operand', ['x'], {}, 'unknown argument `x`'],
    ['an option of unmake-squashfs', ['--keep-squashfs'], {}, 'unknown argument `--keep-squashfs`'],
    ['no number of processors', ['--processors'], {}, '`--processors` needs a number'],
    [
      'a wrong one',
      ['--processors', '2x'],
      {},
      '--processors is `2x`, which is not a number of processors',
    ],
    ['an empty one', ['--processors='], {}, '--processors is ``'],
    ['one like an octal', ['--processors', '08'], {}, '--processors is `08`'],
    [
      'one in the environment',
      [],
      { CTINSTALL_SQUASHFS_PROCESSORS: '-1' },
      'CTINSTALL_SQUASHFS_PROCESSORS is `-1`',
    ],
    [
      'a compression',
      [],
      { CTINSTALL_SQUASHFS_COMPRESSION: 'xz' },
      'CTINSTALL_SQUASHFS_COMPRESSION is `xz`',
    ],
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
    '--processors',
    moduleName,
    install.squashfs,
  ])
    expect(ran.stdout).toContain(word);
  expect(existsSync(install.squashfs)).toBe(false);
});

describe('a squashfs that is there already', () => {
  test('is replaced when the directory is the one it came from', async () => {
    const install = makeFilled();
    await install.make();
    install.write('lib/c.py');
    expect(await install.make()).toMatchObject(done);
    expect(describeSquashfs(install.squashfs)).toEqual(describeTree(install.directory));
    expect(await install.make(['--remove-directory'])).toMatchObject(done);
  });

  test('is replaced when the directory was unpacked from it', async () => {
    const install = makeFilled();
    await install.make(['--remove-directory']);
    expect(await install.unmake(['--keep-squashfs'])).toMatchObject(done);
    install.write('lib/c.py');
    expect(await install.make(['--remove-directory'])).toMatchObject(done);
    expect(describeSquashfs(install.squashfs)?.join()).toContain('c.py');
  });

  const others: [string, (install: Install) => void][] = [
    [
      'nothing says where it came from',
      ({ state }) => rmSync(join(state, 'user-software.lineage')),
    ],
    [
      'the directory is another one',
      (install) => {
        renameSync(install.directory, join(install.fakes, 'old'));
        mkdirSync(install.directory);
        install.write('new.py');
      },
    ],
    [
      'the directory was made anew, and got the same inode number',
      (install) => {
        const entries = readdirSync(install.directory);
        for (const entry of entries) rmSync(join(install.directory, entry), { recursive: true });
        install.write('new.py');
      },
    ],
    [
      'the squashfs is another one',
      ({ squashfs }) => {
        copyFileSync(squashfs, `${squashfs}.copy`);
        renameSync(`${squashfs}.copy`, squashfs);
      },
    ],
    ['the squashfs was changed', ({ squashfs }) => utimesSync(squashfs, 1, 1)],
  ];
  test.each(others)('is not replaced when %s', async (_what, change) => {
    const install = makeFilled();
    await install.make();
    change(install);
    const squashfs = readFileSync(install.squashfs);
    const tree = describeTree(install.directory);
    const ran = await install.make(['--remove-directory']);
    expect(ran).toMatchObject({ status: 3, stdout: '' });
    expect(ran.stderr).toBe(
      `error: \`${install.directory}\` may not descend from \`${install.squashfs}\`: packing it could lose what only the squashfs holds\n` +
        'hint: to have both, move the directory aside, run `unmake-squashfs`, copy into it what you need, and pack again\n' +
        'hint: to drop the old squashfs: make-squashfs --replace-squashfs\n',
    );
    expect(readFileSync(install.squashfs).equals(squashfs)).toBe(true);
    expect(describeTree(install.directory)).toEqual(tree);
    expect(install.leftovers()).toEqual([]);

    expect(await install.make(['--replace-squashfs'])).toMatchObject(done);
    expect(describeSquashfs(install.squashfs)).toEqual(tree);
    expect(await install.make(), 'from now on it is known').toMatchObject(done);
  });

  test('survives a removed directory: a new one does not descend from it', async () => {
    const install = makeFilled();
    await install.make(['--remove-directory']);
    install.write('new.py');
    expect((await install.make()).status).toBe(3);
  });

  test.each<[string, string, RegExp]>([
    [
      'fails',
      'real "$@" -quiet >/dev/null; exit 1',
      /error: `.*` could not be packed, and is as it was: mksquashfs ended with exit status 1\n$/,
    ],
    [
      'is killed',
      'kill -KILL $$',
      /mksquashfs was ended by signal 9\nhint: it may have run out of memory/,
    ],
    [
      'says that the disk is full',
      'echo "No space left on device" >&2; exit 1',
      /No space left on device\nerror: .*\nhint: free some space/,
    ],
    ['leaves nothing', 'exit 0', /error: the packed form does not hold what `/],
    ['leaves rubbish', 'echo rubbish >"$2"', /error: the packed form does not hold what `/],
    [
      'leaves zeros where the magic goes',
      'real "$@"; printf "\\0\\0\\0\\0" | dd of="$2" conv=notrunc status=none',
      /does not hold/,
    ],
    ['leaves half of it', 'real "$@"; truncate -s 150 "$2"', /does not hold/],
    ['leaves a file out', 'real "$@" -e "$1/lib/a.py"', /does not hold/],
    ['puts a file in', 'real "$@" -p "more f 644 0 0 echo x"', /does not hold/],
  ])('is kept when mksquashfs %s', async (_what, text, message) => {
    const install = makeFilled();
    await install.make();
    const squashfs = readFileSync(install.squashfs);
    const tree = describeTree(install.directory);
    fakeMksquashfs(install, text);
    const ran = await install.make(['--remove-directory']);
    expect(ran).toMatchObject({ status: 1, stdout: '' });
    expect(ran.stderr).toMatch(message);
    expect(readFileSync(install.squashfs).equals(squashfs)).toBe(true);
    expect(describeTree(install.directory)).toEqual(tree);
    expect(install.leftovers()).toEqual([]);
    rmSync(join(install.fakes, 'mksquashfs'));
    expect(await install.make()).toMatchObject(done);
  });

  test('is kept when a file is not readable', async () => {
    const install = makeFilled({ unprivileged: true });
    await install.make();
    const squashfs = readFileSync(install.squashfs);
    execFileSync('chmod', ['0', join(install.directory, 'lib/a.py')]);
    const ran = await install.make(['--remove-directory']);
    expect(ran).toMatchObject({ status: 1, stdout: '' });
    expect(ran.stderr).toMatch(
      /lib\/a\.py[\s\S]*error: `[\s\S]*could not be packed[\s\S]*hint: what is named above must be readable for you\n$/,
    );
    expect(readFileSync(install.squashfs).equals(squashfs)).toBe(true);
    expect(existsSync(join(install.directory, 'lib/b.py'))).toBe(true);
    expect(install.leftovers()).toEqual([]);
  });
});

test('a directory that cannot be read is not taken for an empty one', async () => {
  const install = makeFilled({ unprivileged: true });
  execFileSync('chmod', ['0', install.directory]);
  const ran = await install.make();
  expect(ran).toMatchObject({
    status: 1,
    stderr: expect.stringContaining('/user-software` cannot be read\nhint: see: ls -ld '),
  });
});

describe('a directory that changes while it is packed', () => {
  const changes: [string, string][] = [
    ['a file written to', 'real "$@" && echo more >>"$1/lib/a.py"'],
    [
      'a file written to, with its time put back',
      'real "$@" && touch -r "$1/lib/a.py" "$1/../time" && echo m >>"$1/lib/a.py" && touch -r "$1/../time" "$1/lib/a.py" && rm "$1/../time"',
    ],
    ['a file written to at the very start', 'echo more >>"$1/lib/a.py"; real "$@"'],
  ];
  test.each(changes)(
    'is packed, with a warning, and known to be changed: %s',
    async (_what, text) => {
      const install = makeFilled();
      fakeMksquashfs(install, text);
      const ran = await install.make();
      expect(ran.status).toBe(0);
      expect(ran.stderr).toBe(
        `warning: \`${install.directory}\` changed while it was packed: the squashfs may lack the latest changes\n` +
          'hint: run make-squashfs again when nothing writes there any more\n',
      );
      expect((await install.unmake()).status).toBe(3);
      rmSync(join(install.fakes, 'mksquashfs'));
      expect(await install.make()).toMatchObject(done);
    },
  );

  test.each(changes)('is kept with --remove-directory: %s', async (_what, text) => {
    const install = makeFilled();
    fakeMksquashfs(install, text);
    const ran = await install.make(['--remove-directory']);
    expect(ran.status).toBe(1);
    expect(ran.stderr).toContain(
      `error: the directory changed while it was packed: it is kept as \`${install.directory}\`, beside the new squashfs\nhint: `,
    );
    expect(readFileSync(join(install.directory, 'lib/a.py'), 'utf8')).toMatch(/^am/);
    expect(describeSquashfs(install.squashfs)).toBeDefined();
    expect(install.leftovers()).toEqual([]);
    rmSync(join(install.fakes, 'mksquashfs'));
    expect(await install.make(['--remove-directory'])).toMatchObject(done);
  });

  test.each<[string, string]>([
    ['a file comes', 'real "$@"; echo >"$1/lib/new"'],
    ['a file goes', 'real "$@"; rm "$1/lib/a.py"'],
    ['a file is renamed', 'real "$@"; mv "$1/lib/a.py" "$1/lib/c.py"'],
  ])(
    'so that other files are in it than in the squashfs: nothing is done: %s',
    async (_what, text) => {
      const install = makeFilled();
      fakeMksquashfs(install, text);
      expect(await install.make(['--remove-directory'])).toMatchObject({
        status: 1,
        stderr: expect.stringContaining('does not hold'),
      });
      expect(existsSync(install.directory)).toBe(true);
      expect(existsSync(install.squashfs)).toBe(false);
    },
  );

  test('in the last moment before it is removed: it is put back', async () => {
    const install = makeFilled();
    writeProgram(
      join(install.fakes, 'mv'),
      `/bin/mv "$@"; [[ \${!#} != */.user-software.removed-* ]] || echo late >"\${!#}/lib/late"`,
    );
    const ran = await install.make(['--remove-directory']);
    expect(ran.status).toBe(1);
    expect(ran.stderr).toContain(`it is kept as \`${install.directory}\``);
    expect(readFileSync(join(install.directory, 'lib/late'), 'utf8')).toBe('late\n');
    expect(install.leftovers()).toEqual([]);
  });

  test('in the last moment, and another one has its name by then: it is kept under another name', async () => {
    const install = makeFilled();
    writeProgram(
      join(install.fakes, 'mv'),
      `/bin/mv "$@"; [[ \${!#} != */.user-software.removed-* ]] || { echo late >"\${!#}/lib/late"; mkdir -p "\${!#%/*}/user-software/x"; }`,
    );
    const ran = await install.make(['--remove-directory']);
    expect(ran.status).toBe(1);
    const kept = /it is kept as `([^`]*)`/.exec(ran.stderr)?.[1] ?? '';
    expect(kept).toMatch(/\/user-software\.replaced-\d{8}-\d{6}$/);
    expect(readFileSync(join(kept, 'lib/late'), 'utf8')).toBe('late\n');
    expect(readdirSync(install.directory)).toEqual(['x']);
  });

  test('the squashfs is as old as the start of packing', async () => {
    const install = makeFilled();
    fakeMksquashfs(install, 'touch "$1/../started"; real "$@"');
    await install.make();
    const { mtimeNs } = statSync(install.squashfs, { bigint: true });
    expect(mtimeNs).toBeLessThan(statSync(join(install.root, 'started'), { bigint: true }).mtimeNs);
    expect(mtimeNs).toBeGreaterThan(
      statSync(join(install.directory, 'lib/b.py'), { bigint: true }).ctimeNs - 1n,
    );
  });
});

describe('to the disk', () => {
  test.each<[string, string, 0 | 1]>([
    [
      'an error of the disk is an error',
      'echo "sync: error syncing \'x\': Input/output error" >&2; exit 1',
      1,
    ],
    [
      'a file system that does not do it for one file',
      '(($# == 0)) || { echo "sync: error syncing \'x\': Invalid argument" >&2; exit 1; }',
      0,
    ],
  ])('%s', async (_what, text, status) => {
    const install = makeFilled();
    writeProgram(
      join(install.fakes, 'sync'),
      `if [[ $1 == --help ]]; then echo --file-system; exit; fi\n${text}`,
    );
    expect((await install.make(['--remove-directory'])).status).toBe(status);
    expect(existsSync(install.directory)).toBe(status === 1);
    expect(existsSync(install.squashfs)).toBe(status === 0);
    expect(install.leftovers()).toEqual([]);
  });

  test('a sync of coreutils before 8.24', async () => {
    const install = makeFilled();
    writeProgram(join(install.fakes, 'sync'), '[[ $# == 0 || $1 == --help ]]');
    expect(await install.make(['--remove-directory'])).toMatchObject(done);
    expect(await install.unmake()).toMatchObject(done);
  });
});

describe('how it is packed', () => {
  /** Options that mksquashfs was called with, as one line. */
  async function optionsOf(
    args: readonly string[],
    env: Record<string, string>,
    filledIn = '0',
  ): Promise<string> {
    const values = {
      ...scriptValues,
      'squashfs-common.bash': { module: moduleName, default_processors: filledIn },
    };
    const install = makeFilled({ values });
    writeProgram(join(install.fakes, 'nproc'), 'echo 16 $OMP_NUM_THREADS $OMP_THREAD_LIMIT');
    fakeMksquashfs(install, `echo "\${@:3}" >"$1/../fakes-options"; real "$@"`);
    expect(await install.make(args, { env })).toMatchObject(done);
    return ` ${readFileSync(join(install.root, 'fakes-options'), 'utf8').trim()} `;
  }

  test('with options that lose nothing', async () => {
    expect(await optionsOf([], {})).toBe(
      ' -noappend -exit-on-error -no-xattrs -b 128K -processors 16 -comp zstd -Xcompression-level 3 -quiet -no-progress ',
    );
  });

  test.each<[string, readonly string[], Record<string, string>, string, number]>([
    ['all that are granted', [], {}, '0', 16],
    ['whatever OpenMP was told', [], { OMP_NUM_THREADS: '3', OMP_THREAD_LIMIT: '2' }, '0', 16],
    ['at most those of the job on this node', [], { SLURM_CPUS_ON_NODE: '8' }, '0', 8],
    [
      'at most those of the task',
      [],
      { SLURM_CPUS_ON_NODE: '8', SLURM_CPUS_PER_TASK: '4' },
      '0',
      4,
    ],
    ['no more than there are', [], { SLURM_CPUS_ON_NODE: '128' }, '0', 16],
    [
      'whatever else Slurm says',
      [],
      { SLURM_CPUS_ON_NODE: '8(x2)', SLURM_CPUS_PER_TASK: '' },
      '0',
      16,
    ],
    ['those that the site chose', [], { SLURM_CPUS_ON_NODE: '8' }, '1', 1],
    ['those of the environment', [], { CTINSTALL_SQUASHFS_PROCESSORS: '5' }, '1', 5],
    ['all, by the environment', [], { CTINSTALL_SQUASHFS_PROCESSORS: '0' }, '1', 16],
    ['those of the option', ['--processors', '7'], { CTINSTALL_SQUASHFS_PROCESSORS: '5' }, '1', 7],
    ['those of the option, in its other form', ['--processors=20'], {}, '1', 20],
    ['all, by the option', ['--processors=0'], { CTINSTALL_SQUASHFS_PROCESSORS: '5' }, '1', 16],
  ])('processors: %s', async (_what, args, env, filledIn, expected) => {
    expect(await optionsOf(args, env, filledIn)).toContain(` -processors ${expected} `);
  });

  test('gzip or zstd, as the environment says', async () => {
    for (const compression of ['gzip', 'zstd']) {
      const install = makeFilled();
      await install.make([], { env: { CTINSTALL_SQUASHFS_COMPRESSION: compression } });
      expect(compressorOf(install.squashfs)).toBe(compression);
    }
  });

  test.each<[string, string, string, string]>([
    [
      'gzip where mksquashfs has no zstd',
      'mksquashfs',
      '[[ " $* " != *" zstd "* ]] || exit 1; exec REAL "$@"',
      'gzip',
    ],
    ['gzip where the kernel is older than 4.14', 'uname', 'echo 4.12.14-197.el7.x86_64', 'gzip'],
    ['gzip where the kernel is much older', 'uname', 'echo 3.10.0-1160.el7.x86_64', 'gzip'],
    ['zstd on 4.14', 'uname', 'echo 4.14.0', 'zstd'],
    ['zstd on 6.6', 'uname', 'echo 6.6', 'zstd'],
    ['zstd on a kernel of one’s own', 'uname', 'echo 4.19+', 'zstd'],
    [
      'gzip where the kernel was built without zstd',
      'zcat',
      'echo "# CONFIG_SQUASHFS_ZSTD is not set"',
      'gzip',
    ],
    ['zstd where nothing says how the kernel was built', 'zcat', 'exit 1', 'zstd'],
  ])('%s', async (_what, program, text, expected) => {
    const install = makeFilled();
    // No /boot/config-… belongs to this release.
    if (program === 'zcat') writeProgram(join(install.fakes, 'uname'), 'echo 5.0-none');
    const real = execFileSync('bash', ['-c', 'type -P mksquashfs']).toString().trim();
    writeProgram(join(install.fakes, program), text.replace('REAL', real));
    expect(await install.make()).toMatchObject(done);
    expect(compressorOf(install.squashfs)).toBe(expected);
  });

  test('a mksquashfs that does not know -quiet is kept quiet all the same', async () => {
    const install = makeFilled();
    const real = execFileSync('bash', ['-c', 'type -P mksquashfs']).toString().trim();
    writeProgram(
      join(install.fakes, 'mksquashfs'),
      `[[ " $* " != *" -quiet "* ]] || exit 1; exec ${real} "$@"`,
    );
    const ran = await install.make();
    expect(ran).toMatchObject(done);
    expect(ran.stdout).toMatch(/^packed .*\nto use it, [^\n]*\n$/);
  });

  test('shows its progress only when it is asked to, off a terminal', async () => {
    const install = makeFilled();
    expect((await install.make()).stdout).not.toContain('100%');
    const ran = await install.make([], { env: { CTINSTALL_PROGRESS: '1' } });
    expect(ran).toMatchObject(done);
    expect(ran.stdout).toMatch(/\r\[=+.\] +\d+\/\d+ 100%\npacked /);
  });

  test('shows its progress on a terminal', async () => {
    const install = makeFilled({ name: 'plain' });
    const { stdout } = await run([
      'script',
      '-qec',
      `stty cols 80; ${install.root}/bin/make-squashfs`,
      '/dev/null',
    ]);
    expect(stdout).toContain('100%');
  });
});
