import { readFileSync } from 'node:fs';
import { beforeAll, describe, expect, test } from 'vitest';
import { jsonSchemaOf, outputNames } from '../../src/cli/json/schema-of.ts';
import { expectOfSchema } from '../harness/json-output.ts';
import { makeSandbox, type Sandbox, tinyEasyconfig, tinyImage } from '../harness/sandbox.ts';
import { useSlurm } from '../harness/slurm.ts';
import { makeWheel } from '../harness/wheel.ts';

/* What each command prints with --json, held against its schema. */

const py =
  'name: py\nversion: "1"\nimage: { file: venv.sif }\nwrappers: [start-shell]\npython: { venv: { name: own } }\n';
const small = (name: string, version = '1'): string => tinyEasyconfig('', { name, version });
const newer = '"$PWD/newer"';
const upgrade = `CTINSTALL_IMAGE_DIRS=$CT_IMAGES CTINSTALL_EASYCONFIGS=${newer} ctinstall upgrade`;
const jobs = '--jobs 2 --image-dir "$CT_IMAGES"';

/** A script for each output, and what it may be: an exit status that is no 0. */
const scripts: Readonly<Record<string, string | readonly string[]>> = {
  install: [
    `ctinstall --json ${jobs} --keep-going --rebuild py-1.yaml other-1.yaml none-1.yaml bad-1.yaml || true`,
    'ctinstall install --json --inject-checksums --image-dir "$CT_IMAGES" injected-1.yaml',
    'ctinstall --json nothing-1.yaml || true',
    'ctinstall --json --no-such-flag || true',
  ],
  'install --dry-run': 'ctinstall --json --image-dir "$CT_IMAGES" --dry-run --rebuild py-1.yaml other-1.yaml',
  'install --module-only --dry-run': 'ctinstall --json --module-only --dry-run changed/py-1.yaml',
  wrap: 'ctinstall wrap container "$CT_IMAGES/tiny.sif" --name wrapped --json',
  'wrap --dry-run': 'ctinstall wrap container "$CT_IMAGES/tiny.sif" --name wrapped2 --dry-run --json',
  build: 'ctinstall build made.sif --base "$CT_IMAGES/tiny.sif" --files changed --json',
  squashfs: ['ctinstall squashfs make py --json', 'ctinstall squashfs unmake py --json'],
  'squashfs status': ['ctinstall squashfs status py --json', 'ctinstall squashfs status other --json'],
  'workflow validate': 'ctinstall workflow validate --json flow.fz',
  'workflow start': [
    'ctinstall workflow start --engine local --json flow.fz || true',
    'ctinstall workflow start --engine local --json good.fz',
  ],
  'workflow list': 'ctinstall workflow list --json',
  'workflow describe': 'ctinstall workflow describe --json flow-1',
  'workflow start --dry-run': 'ctinstall workflow start --engine local --dry-run --json flow.fz',
  'workflow describe --watch': 'ctinstall workflow describe --watch --json flow-1 || true',
  'workflow graph': ['ctinstall workflow graph --json flow.fz', 'ctinstall workflow graph --json flow-1'],
  'workflow resume': ['ctinstall workflow resume --json flow-1 || true', 'ctinstall workflow resume --json good-1'],
  'workflow stop': 'ctinstall workflow stop --json flow-1',
  'workflow clean': 'ctinstall workflow clean --all --json',
  'venv list': 'cp -r software/py/1/user-software/venv/{own,second}; ctinstall venv list py --json',
  'venv remove': 'ctinstall venv remove py --yes --name second --json',
  job: 'ctinstall job py --json -- python3 task.py',
  'job check': 'ctinstall job check py --json -- python3 task.py',
  kernel: 'SINGULARITYENV_PYTHONPATH=$HOME/packages ctinstall kernel py --json',
  'kernel --remove': 'ctinstall kernel py --remove --json',
  list: ['ctinstall list --json', 'module load py; ctinstall list --json --size'],
  wrappers: `{ ${makeWheel('demo_tool')}; module load py; start-shell -c 'pip install --no-index wheels/*.whl'; } >&2
    ctinstall wrappers update py --json`,
  show: [
    'ctinstall show py --json',
    'MPICH_DIR=$CT_MPICH ctinstall show odd-name.yaml --mpi auto --image-dir "$CT_IMAGES" --json',
    'ctinstall show "$CT_IMAGES/tiny.sif" --json',
    'ctinstall show small.squashfs --json',
  ],
  'show --copy': 'ctinstall show --copy mpi4py-3.1.6-rocm-6.2.0.yaml --json',
  search: 'ctinstall search --json --easyconfigs .',
  missing: 'ctinstall missing --json py-1.yaml none-1.yaml nothing-1.yaml || true',
  outdated: `ctinstall outdated --easyconfigs ${newer} --json`,
  'upgrade --dry-run': `${upgrade} --dry-run other --json`,
  upgrade: `${upgrade} other --json`,
  mpi: ['ctinstall mpi --json', 'MPICH_DIR=$CT_MPICH ctinstall mpi mpich --json'],
  // The host's MPICH hangs at its end now and then where it uses TCP.
  'mpi test': 'UCX_TLS=posix,sysv,self MPICH_DIR=$CT_MPICH ctinstall mpi test mpich --json',
  'mpi trace': `ctinstall mpi trace --json -- python3 -c "import ctypes; ctypes.CDLL('$CT_MPICH/lib/libmpich.so.12')"`,
  import: 'ctinstall import shpc recipes/container.yaml --json',
  uninstall: 'ctinstall uninstall --yes other/1 --json',
  'uninstall --dry-run': 'ctinstall uninstall --dry-run py wrapped --json',
  // Others are as installed.
  verify: 'rm software/py/1/bin/start-shell; ctinstall verify --json 2>error || true',
  clean: ['ctinstall clean --json', 'mkdir -p .ctinstall/staging/x@1; ctinstall clean --dry-run --json'],
  check: 'ctinstall check --json || true',
  'check --easyconfig': 'ctinstall check --easyconfig py-1.yaml --easyconfig bad-1.yaml --json 2>error || true',
  new: ['ctinstall new "$CT_IMAGES/venv.sif" --json', 'ctinstall new docker://example.org/a:1 --output - --json'],
  regenerate: 'CTINSTALL_RUNTIME=apptainer ctinstall regenerate py --dry-run --json',
  settings: 'ctinstall settings --json',
  'settings --changed': 'CTINSTALL_GPU=none ctinstall settings --changed --json',
  'settings get': 'ctinstall settings get gpu --json',
  'settings path': 'ctinstall settings path --json',
  'settings set': 'ctinstall settings set image_dirs "$CT_IMAGES" --json',
  'settings unset': 'ctinstall settings unset image_dirs --json',
};

/** Those of which a test looks at one that it has anyway: making a virtual environment takes its time. */
const elsewhere: Readonly<Record<string, string>> = { 'venv create': 'venv.test.ts' };

const slurm = useSlurm();

describe('what is printed with --json', () => {
  let sandbox: Sandbox;
  const removals: (() => void)[] = [];

  beforeAll(async () => {
    sandbox = makeSandbox((remove) => removals.push(remove));
    for (const [name, more] of [
      ['py-1.yaml', py],
      ['changed/py-1.yaml', `${py}description: other\n`],
      ['other-1.yaml', small('other')],
      ['injected-1.yaml', small('injected')],
      ['newer/other-2.yaml', small('other', '2')],
      ['mpich-1.yaml', 'name: mpich\nversion: "1"\nimage: { file: mpich.sif, mode: central }\n'],
      ['none-1.yaml', 'name: none\nversion: "1"\nimage: { file: none.sif }\n'],
      ['bad-1.yaml', 'name: bad\nverson: 1\n'],
      [
        'odd-name.yaml',
        `name: everything\nversion: "1"\nhomepage: https://example.org/\nimage: { file: mpich.sif, source: 'docker://example.org/a:1' }
binds: [/tmp, { host: /none, container: /x, access: ro, optional: true }]\nwrappers: [{ name: show, command: cat, args: [-n] }, { from: /bin }]
env: { module: { A: b, MANPATH: { prepend: /x } }, container: { C: d } }\npost_install: ['true']\nsanity_check_commands: ['true']\n`,
      ],
      ['good.fz', `version: v4\njobs: { a: { image: { uri: "${tinyImage}" }, command: ["true"] } }\n`],
      ['flow.fz', `version: v4\njobs: { a: { image: { uri: "${tinyImage}" }, command: ["false"] } }\n`],
      [
        'recipes/container.yaml',
        `docker: quay.io/bio/tool\nlatest: { "1.2": "sha256:${'ab'.repeat(32)}" }\nurl: https://example.org\ndescription: Says\naliases: { sayit: /bin/echo, curl: /bin/echo }\n`,
      ],
      ['packages/ipykernel/__init__.py', ''],
      ['packages/ipykernel_launcher.py', ''],
    ] as const)
      sandbox.write(name, more);
    await sandbox.succeed(
      `ctinstall --image-dir "$CT_IMAGES" py-1.yaml 2>&1; mkdir small
       MPICH_DIR=$CT_MPICH ctinstall --mpi auto --image-dir "$CT_IMAGES" mpich-1.yaml 2>&1
       mksquashfs small small.squashfs -quiet >/dev/null
       cp py-1.yaml "$CTINSTALL_PREFIX"; rm -r small`,
    );
    return () => {
      for (const remove of removals) remove();
    };
  });

  test('has a schema for each, and a script above or in another test', () => {
    expect([...Object.keys(scripts), ...Object.keys(elsewhere)].toSorted()).toEqual(outputNames.toSorted());
    for (const [name, file] of Object.entries(elsewhere))
      expect(readFileSync(new URL(file, import.meta.url), 'utf8')).toContain(`expectOfSchema('${name}', `);
  });

  test.each(Object.entries(scripts))('%s', async (name, of) => {
    const all = [of].flat();
    const each = all.map((script) => `( set -e; ${inPrefix(script)} )`).join(`; printf '\\0'; printf '\\0' >&2; `);
    const { stdout, stderr } = await sandbox.run(`PATH=$PATH:/usr/sbin; ${each}`, name === 'job check' ? slurm : {});
    const [printed, said] = [stdout.split('\0'), stderr.split('\0')];
    for (const [index, script] of all.entries())
      expectOfSchema(name, printed[index] ?? '', `${script}\n${said[index]}`);
  });
});

function inPrefix(script: string): string {
  return /software\/|\.ctinstall\//.test(script) ? `cd "$CTINSTALL_PREFIX"; ${script}` : script;
}

test('`ctinstall schema` prints it', async () => {
  const printed = await makeSandbox().succeed(`ctinstall schema --json-output 'install --dry-run'`);
  expect(printed).toBe(`${JSON.stringify(jsonSchemaOf('install --dry-run'), undefined, 2)}\n`);
});

test('a schema that there is not is named, with those that there are', async () => {
  const { status, stderr } = await makeSandbox().run('ctinstall schema --json-output lst');
  expect([status, stderr]).toEqual([2, 'error: there is no schema for `lst`\n\nhint: did you mean `list`?\n']);
});
