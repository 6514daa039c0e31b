import { execFileSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { asRoot } from '../harness/as-root.ts';
import { makeSandbox, type Sandbox, tinyEasyconfig } from '../harness/sandbox.ts';

interface Bad {
  readonly easyconfig?: string;
  /** Bash, run first. */
  readonly before?: string;
  readonly command?: string;
  readonly status: 1 | 2;
  readonly says: readonly (string | RegExp)[];
}

const install = 'ctinstall --image-dir "$CT_IMAGES" tiny-1.0.yaml';

const cases: Readonly<Record<string, Bad>> = {
  'no such easyconfig, near names listed': {
    command: 'ctinstall mpi4py-3.1.6-rocm-6.2.1.yaml',
    status: 2,
    says: ['error: no easyconfig `mpi4py-3.1.6-rocm-6.2.1.yaml`', 'did you mean `mpi4py-3.1.6-rocm-6.2.0.yaml`?'],
  },
  'a mistyped command': { command: 'ctinstall lsit', status: 2, says: ['did you mean `ctinstall list`?'] },
  'a mistyped image': {
    before: 'touch mine.sif',
    command: 'ctinstall mine.sfi',
    status: 2,
    says: ['did you mean `ctinstall mine.sif`?'],
  },
  'a mistyped value': {
    easyconfig: tinyEasyconfig('gpu: nvida\n'),
    status: 2,
    says: ['tiny-1.0.yaml:5:6: `gpu` must be', 'did you mean `nv` or `nvidia`?'],
  },
  'YAML syntax': { easyconfig: 'name: [tiny\nversion: 1\n', status: 2, says: [/tiny-1\.0\.yaml:\d+:\d+: /, 'hint:'] },
  'unknown key': {
    easyconfig: tinyEasyconfig('wraper: []\n'),
    status: 2,
    says: ['tiny-1.0.yaml:5:1: unknown key `wraper`', 'did you mean `wrappers`?', '^^^^^^'],
  },
  'all faults at once': {
    easyconfig:
      'name: -x\nversion: 1.10\nimage: { file: a/b }\nbogus: 1\nbinds: ["/a:b", "/a,b", "/a\\nb"]\nenv: { module: { A: "x\\ny" } }\n',
    status: 2,
    says: [
      '8 faults',
      ':1:7:',
      'YAML reads `1.10` as the number 1.1',
      ':3:16:',
      ':4:1: unknown key `bogus`',
      /:5:9: .* holds `:`/,
      /:5:17: .* holds `,`/,
      /:5:25: .* holds a newline/,
      /:6:21: .* holds a newline/,
    ],
  },
  'an unknown wrapper': {
    easyconfig: tinyEasyconfig().replace('start-shell', 'start-shel'),
    status: 1,
    says: ['`start-shel` of `wrappers` is not in the image', 'did you mean `start-shell`?'],
  },
  'settings with a fault': {
    before: 'mkdir -p .config/ctinstall; echo "prefx: /x" > .config/ctinstall/settings.yaml',
    status: 2,
    says: ['settings.yaml:1:1: unknown key `prefx`', 'did you mean `prefix`?'],
  },
  'image nowhere': {
    command: 'ctinstall --image-dir /one:/two tiny-1.0.yaml',
    status: 1,
    says: ['error: no image for `', '`tiny.sif` is in none of: `/one`, `/two`, `.`', '--image-dir <dir>'],
  },
  'image not readable': {
    before: 'cp "$CT_IMAGES/tiny.sif" .; chmod 0 tiny.sif',
    command: 'ctinstall tiny-1.0.yaml',
    status: 1,
    says: ['cannot read the image', 'permission denied'],
  },
  'image truncated': {
    before: 'head -c 1000000 "$CT_IMAGES/tiny.sif" > tiny.sif',
    command: 'ctinstall tiny-1.0.yaml',
    status: 1,
    says: ['is incomplete: it is 1 000 000 bytes', 'hint:'],
  },
  'image that is none': {
    before: 'echo "<html>not found</html>" > tiny.sif',
    command: 'ctinstall tiny-1.0.yaml',
    status: 1,
    says: [/not an image/i],
  },
  'image for another architecture': {
    // The architecture of the primary partition: descriptors are 585 bytes from 4096 on, the code is 8 bytes into the extra field.
    before: `cp "$CT_IMAGES/tiny.sif" .
      for i in 0 1 2 3; do at=$((4096 + 585 * i)); if [ "$(od -An -tx1 -j$at -N2 tiny.sif | tr -d ' ')" = 0440 ]; then printf 11 | dd of=tiny.sif bs=1 seek=$((at + 201 + 8)) conv=notrunc status=none; fi; done`,
    command: 'ctinstall tiny-1.0.yaml',
    status: 1,
    says: ['s390x', /amd64|arm64/],
  },
  'wrong checksum': {
    easyconfig: tinyEasyconfig().replace('file: tiny.sif', `file: tiny.sif, sha256: ${'a'.repeat(64)}`),
    status: 1,
    says: [
      'is not the image that the easyconfig names',
      `expected SHA-256 ${'a'.repeat(64)}`,
      /it has {11}[0-9a-f]{64}/,
    ],
  },
  'a failing sanity check': {
    easyconfig: tinyEasyconfig('sanity_check_commands: ["echo here >&2; exit 3"]\n'),
    status: 1,
    says: ['sanity check: echo here >&2; exit 3', 'exit status 3', '| here', 'command: '],
  },
  'a sanity check of a path that is not there': {
    easyconfig: tinyEasyconfig('sanity_check_paths: { files: [no/file] }\n'),
    status: 1,
    says: ['file no/file'],
  },
  'a required bind that is not here': {
    easyconfig: tinyEasyconfig('binds: [/no/such/place]\nsanity_check_commands: ["true"]\n'),
    status: 1,
    says: ['`/no/such/place` is not on this machine'],
  },
  'a venv in an image without Python': {
    easyconfig: tinyEasyconfig('python: { venv: { name: x } }\n'),
    status: 1,
    says: ['create the virtual environment', 'python3'],
  },
  'no runtime on PATH': {
    command: `PATH=$(dirname "$(command -v node)"):$CT_TOOL/bin:/usr/bin:/bin; hash -r; command -v singularity; ${install}`,
    status: 1,
    says: ['no container runtime: tried `singularity` on PATH and `apptainer` on PATH'],
  },
  'squashfs with no module loaded': {
    command: 'ctinstall squashfs',
    status: 2,
    says: ['no module of ctinstall is loaded'],
  },
  'squashfs of a module that is not installed': {
    command: 'ctinstall squashfs make tiyn/1.0',
    status: 1,
    says: ['is not installed'],
  },
  'a prefix that is a file': {
    before: 'echo > file',
    command: `${install} --prefix file`,
    status: 1,
    says: ['is not a directory'],
  },
  'a prefix that cannot be written': {
    command: `${install} --prefix /usr/lib/none`,
    status: 1,
    says: ['no permission to write in `/usr/lib`', '--prefix <dir>'],
  },
  'a prefix with a colon': { command: `${install} --prefix a:b`, status: 2, says: ['holds `:`', '--prefix <dir>'] },
  'a prefix with a newline': { command: `${install} --prefix $'a\\nb'`, status: 2, says: ['holds a newline'] },
  'a prefix with letters that Lmod garbles': {
    command: `${install} --prefix é日本`,
    status: 2,
    says: ['holds letters beyond ASCII', '--prefix <dir>'],
  },
  'a stack in the place of an easyconfig': {
    easyconfig: '- tiny-1.0.yaml\n',
    status: 2,
    says: [
      'the file must be a map of keys and values, not a list',
      /hint: a list of easyconfigs is a stack: ctinstall install --stack \S+\/tiny-1\.0\.yaml/,
    ],
  },
  'an unknown flag': {
    command: `${install} --rebiuld`,
    status: 2,
    says: ["error: unknown option '--rebiuld'", 'Did you mean --rebuild?'],
  },
  'help for a command that there is not': {
    command: 'ctinstall help instal',
    status: 2,
    says: ['there is no command `instal`', 'did you mean `install`?'],
  },
  'an argument too many': {
    command: 'ctinstall kernel mpi4py PyTorch',
    status: 2,
    says: ["error: too many arguments for 'kernel'", 'hint: how it is called: ctinstall kernel --help'],
  },
  'an inner command mistyped': {
    command: 'ctinstall settings sett prefix /x',
    status: 2,
    says: ["error: unknown command 'sett'", '(Did you mean set?)', 'hint: how it is called: ctinstall settings --help'],
  },
  'no argument': {
    command: 'ctinstall settings set prefix',
    status: 2,
    says: ['error: `<value>` is missing: ', 'hint: how it is called: ctinstall settings set --help'],
  },
};

/** Every file and directory below the working directory, with its kind, mode and size. */
const list = `find . ! -path './.apptainer*' ! -path './.cache*' -printf '%p %M %s\\n' | sort`;

/** All in one shell, each case in a home of its own; what came of each lies in a directory beside that. */
const each = Object.values(cases).map(
  ({ before = '', command = install }, index) => `
    mkdir ${index}-said; cd ${index}
    (
      said=../${index}-said HOME=$PWD CTINSTALL_PREFIX=$PWD/ctinstall
      { ${before || ':'}; } || exit
      ${list} > $said/before
      (${command}) > $said/stdout 2> $said/stderr; echo $? > $said/status
      ${list} > $said/after
    )
    cd ..`,
);

describe('bad input gets one clear message and leaves nothing behind', () => {
  let sandbox: Sandbox;

  beforeAll(async () => {
    const removals: (() => void)[] = [];
    sandbox = makeSandbox((remove) => removals.push(remove));
    for (const [index, { easyconfig = tinyEasyconfig() }] of Object.values(cases).entries())
      sandbox.write(`${index}/tiny-1.0.yaml`, easyconfig);
    await sandbox.run(each.join('\n'));
    return () => {
      for (const remove of removals) remove();
    };
  });

  test.each(Object.entries(cases).map(([name, bad], index) => [name, bad, index] as const))(
    '%s',
    (_, { status, says }, index) => {
      const read = (what: string): string => readFileSync(join(sandbox.dir, `${index}-said`, what), 'utf8');
      const stderr = read('stderr');
      for (const text of says) expect(stderr).toMatch(text instanceof RegExp ? text : literally(text));
      expect(read('status')).toBe(`${status}\n`);
      expect(stderr).not.toMatch(/at .*\.js:\d+/);
      expect(read('stdout')).toBe('');
      expect(read('after')).toBe(read('before'));
    },
  );
});

test('what was installed before still works after a rebuild that fails', async () => {
  const sandbox = makeSandbox();
  sandbox.write('tiny-1.0.yaml', tinyEasyconfig());
  const names = [
    'wrong checksum',
    'a failing sanity check',
    'a venv in an image without Python',
    'a sanity check of a path that is not there',
  ];
  for (const [index, name] of names.entries()) sandbox.write(`${index}.yaml`, cases[name]?.easyconfig ?? '');
  const { stdout, stderr } = await sandbox.run(`
    listed() { (cd "$CTINSTALL_PREFIX" && ${list}); }
    ${install} >&2; echo mine > "$CTINSTALL_PREFIX/software/tiny/1.0/user-software/file"; listed > before
    for each in ${[...names.keys()].join(' ')}; do
      cp $each.yaml tiny-1.0.yaml; ${install} --rebuild >&2; echo $?; listed | diff before -
    done
    grep -c start-shell before; module load tiny; singularity exec "$SIF" cat /user-software/file`);
  expect([stderr, stdout]).toEqual([stderr, `${'1\n'.repeat(names.length)}1\nmine\n`]);
});

describe('a full file system', () => {
  test('no room for the image is found before a byte is copied, and nothing is left', async () => {
    const sandbox = makeSandbox();
    const small = join(sandbox.dir, 'small');
    execFileSync('mkdir', [small]);
    asRoot('mount', '-t', 'tmpfs', '-o', 'size=2M,mode=777', 'none', small);
    try {
      sandbox.write('tiny-1.0.yaml', tinyEasyconfig());
      const before = await sandbox.run(`${install} --prefix small/p`);
      expect(before.stderr).toMatch(
        /the install needs .* for the image and about .* files in .*, but only .* are free/,
      );
      expect(before.status).toBe(1);
      expect(existsSync(join(small, 'p'))).toBe(false);
    } finally {
      asRoot('umount', small);
    }
    expect(readdirSync(small)).toEqual([]);
  });
});

test('there is nothing to pack in an empty user-software, nothing to unpack, and no packing without mksquashfs', async () => {
  const sandbox = makeSandbox();
  sandbox.write('tiny-1.0.yaml', tinyEasyconfig());
  const { stdout, stderr } = await sandbox.run(`
    ${install} >&2; module load tiny; echo == >&2
    ctinstall squashfs; echo $?; echo == >&2
    ctinstall squashfs unmake; echo $?; echo == >&2
    echo x > "$CONTAINERROOT/user-software/x"
    mkdir tools; ln -s $(ls -d /usr/bin/* | grep -v squashfs) tools/; ln -sf "$(command -v node)" tools/
    PATH=$CT_TOOL/bin:$PWD/tools
    ctinstall squashfs; echo $?`);
  expect([stderr, stdout]).toEqual([stderr, '1\n1\n1\n']);
  const [, empty, none, without] = stderr.split('==\n');
  expect(empty).toMatch(/nothing to pack|is empty/i);
  expect(none).toMatch(/^error: /);
  expect(without).toMatch(/error: .*mksquashfs[\s\S]*squashfs-tools/);
});

function literally(text: string): RegExp {
  return new RegExp(text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&'));
}

test('a flag that is given nothing is refused', async () => {
  const { status, stderr } = await makeSandbox().run('ctinstall list --prefix "$UNSET"');
  expect({ status, stderr }).toMatchObject({
    status: 2,
    stderr: expect.stringContaining('`--prefix` is given nothing'),
  });
});
