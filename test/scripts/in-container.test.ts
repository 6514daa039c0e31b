import { cpSync, existsSync, mkdirSync, readFileSync, renameSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import type { ScriptValues } from '../../src/scripts/fill-script.ts';
import {
  type Install,
  makeInstall,
  moduleName,
  type Ran,
  type RunOptions,
  run,
  scriptValues,
  writeProgram,
} from './install.ts';

/** Writes its arguments and its environment, ended by NULs, to $RECORD; then does $THEN. */
const recorder = `printf '%s\\0' "\${0##*/}" "$@" >"$RECORD"; env -0 >"$RECORD.env"; eval "\${THEN-}"`;

interface Wrapped {
  readonly install: Install;
  readonly image: string;
  readonly start: (name: string, args?: readonly string[], options?: RunOptions) => Promise<Ran>;
  /** The same, with no module loaded. */
  readonly startAlone: (name: string, args?: readonly string[], options?: RunOptions) => Promise<Ran>;
  readonly recorded: () => string[] | undefined;
  readonly recordedEnvironment: () => Record<string, string>;
}

function makeWrapped(values: { main?: ScriptValues; environment?: ScriptValues } = {}): Wrapped {
  const install = makeInstall({
    values: {
      ...scriptValues,
      'in-container': { ...scriptValues['in-container'], ...values.main },
      'in-container.bash': { ...scriptValues['in-container.bash'], ...values.environment },
    },
  });
  const image = join(install.root, 'demo.sif');
  writeFileSync(image, 'an image');
  for (const name of ['python', 'tool', 'train']) symlinkSync('in-container', join(install.root, 'bin', name));
  const record = join(install.fakes, 'record');
  writeProgram(join(install.fakes, 'singularity'), recorder);
  const alone = { PATH: `${install.fakes}:/usr/bin:/bin`, RECORD: record };
  const start =
    (env: Readonly<Record<string, string>>): Wrapped['start'] =>
    (name, args, options) =>
      install.run(name, args, { ...options, env: { ...env, ...options?.env } });
  return {
    install,
    image,
    start: start({ ...alone, CONTAINERROOT: install.root, SIFDEMO: image }),
    startAlone: start(alone),
    recorded: () => (existsSync(record) ? readFileSync(record, 'utf8').split('\0').slice(0, -1) : undefined),
    recordedEnvironment: () =>
      Object.fromEntries(
        readFileSync(`${record}.env`, 'utf8')
          .split('\0')
          .map((pair) => [pair.slice(0, pair.indexOf('=')), pair.slice(pair.indexOf('=') + 1)]),
      ),
  };
}

const done = { status: 0, signal: null, stdout: '', stderr: '' };

describe('with the module loaded', () => {
  test.each<[string, readonly string[]]>([
    ['none', []],
    ['empty ones', ['', '']],
    ['globs, quotes, newlines', ['*', '?', '~', "it's", '"', '\\', 'a\nb', ' ', '\t', '$HOME', '-x', '--', 'ü']],
    ['options of the runtime', ['--bind', '/x:/y', '--help']],
  ])('arguments reach the program as they are: %s', async (_what, args) => {
    const { start, recorded, image } = makeWrapped();
    expect(await start('tool', args)).toEqual(done);
    expect(recorded()).toEqual(['singularity', 'exec', image, 'tool', ...args]);
  });

  test('in-container itself runs whatever it is told', async () => {
    const { start, recorded, image } = makeWrapped();
    expect(await start('in-container', ['ls', '-l', ''])).toEqual(done);
    expect(recorded()).toEqual(['singularity', 'exec', image, 'ls', '-l', '']);
    expect(await start('in-container', [])).toMatchObject({ status: 2 });
    expect((await start('in-container', ['--help'])).stdout).toContain(moduleName);
  });

  test('the runtime takes the place of the script: exit status and signals are its own', async () => {
    const { start } = makeWrapped();
    expect((await start('tool', [], { env: { THEN: 'exit 7' } })).status).toBe(7);
    expect(await start('tool', [], { env: { THEN: 'kill -TERM $$' } })).toMatchObject({ signal: 'SIGTERM' });
  });

  test('an alias has its own command, arguments and binds, before those of the caller', async () => {
    const aliases = [
      ...['other', 'x', '0', '0'],
      ...['train', '/opt/acc elerate', '2', 'launch', 'a "b" *', '2'],
      ...['/usr', ':/in side:ro', 'required', '/not/there', ':/x', 'optional'],
      ...['last', 'y', '0', '0'],
    ];
    const { start, recorded, image } = makeWrapped({ main: { aliases } });
    expect(await start('train', ['-x'])).toEqual(done);
    const bind = ['--bind', '/usr:/in side:ro'];
    expect(recorded()).toEqual(['singularity', 'exec', ...bind, image, '/opt/acc elerate', 'launch', 'a "b" *', '-x']);
    expect(await start('tool', ['-x'])).toEqual(done);
    expect(recorded()).toEqual(['singularity', 'exec', image, 'tool', '-x']);
  });

  test('a required bind of an alias that is not on this node is named', async () => {
    const aliases = ['train', 'x', '0', '1', '/not/there', ':/x', 'required'];
    const { start, recorded } = makeWrapped({ main: { aliases }, environment: { mpi_variables: ['X', '1', ''] } });
    const { status, stderr } = await start('train');
    expect([status, recorded()]).toEqual([1, undefined]);
    expect(stderr).toMatch(/^error: `\/not\/there` is not on this node, but `train` needs it .*\nhint: /);
  });

  test('options of the user come last, split at blanks, with no glob expanded', async () => {
    const { start, recorded, image } = makeWrapped();
    await start('tool', ['x'], { env: { CTINSTALL_RUNTIME_OPTIONS: ' --nv=false  --bind=/a:/* ' } });
    expect(recorded()).toEqual(['singularity', 'exec', '--nv=false', '--bind=/a:/*', image, 'tool', 'x']);
  });

  test.each<[string, readonly string[], readonly string[], string?]>([
    ['auto', [], []],
    ['auto', ['nvidiactl'], ['--nvccli'], '--nvccli'],
    ['auto', ['nvidiactl'], ['--nv']],
    ['auto', ['kfd'], ['--rocm']],
    ['auto', ['nvidiactl', 'kfd'], ['--nv', '--rocm']],
    ['nv', ['nvidiactl', 'kfd'], ['--nv']],
    ['rocm', ['nvidiactl', 'kfd'], ['--rocm']],
    ['none', ['nvidiactl', 'kfd'], []],
  ])('gpu: %s on a node with /dev/%j adds %j', async (gpu, devices, flags, nv_flag = '--nv') => {
    const { install, image, recorded } = makeWrapped({ main: { gpu, nv_flag } });
    // A /dev of its own, since what is there is the machine's.
    const script = 'mount -t tmpfs none /dev && for each in $DEVICES; do : >"/dev/$each"; done; exec "$@"';
    const ran = await run(
      ['unshare', '--map-root-user', '--mount', 'bash', '-c', script, 'bash', `${install.root}/bin/tool`],
      {
        env: {
          PATH: `${install.fakes}:/usr/bin:/bin`,
          RECORD: join(install.fakes, 'record'),
          CONTAINERROOT: install.root,
          SIFDEMO: image,
          DEVICES: devices.join(' '),
        },
      },
    );
    expect(ran).toEqual(done);
    expect(recorded()).toEqual(['singularity', 'exec', ...flags, image, 'tool']);
  });

  test('a program of an image with conda runs in its environment', async () => {
    const { start, recorded, image } = makeWrapped({ main: { activate: '/runscripts/conda-exec' } });
    await start('python', ['-V']);
    expect(recorded()).toEqual(['singularity', 'exec', image, '/runscripts/conda-exec', 'python', '-V']);
  });

  test('it starts no process of its own, and nothing of what the caller has set up for shells counts', async () => {
    const { start, install, recorded } = makeWrapped();
    const startUp = join(install.fakes, 'start-up');
    writeFileSync(startUp, 'echo start-up; exit 9\n');
    for (const program of ['readlink', 'dirname', 'basename']) writeProgram(join(install.fakes, program), 'exit 9');
    const env = { BASH_ENV: startUp, SHELLOPTS: 'xtrace', 'BASH_FUNC_type%%': '() { exit 9; }' };
    expect(await start('tool', ['x'], { env })).toEqual(done);
    expect(recorded()?.at(-1)).toBe('x');
  });

  test('a virtual environment is made by the run script, which leads its links to the wrapper', async () => {
    const { start, recorded, image, install } = makeWrapped();
    await start('python', ['-m', 'venv', '--clear', 'a b']);
    const python = `${install.root}/bin/python`;
    expect(recorded()).toEqual([
      'singularity',
      'exec',
      image,
      '/runscripts/make-venv',
      python,
      'python',
      '--clear',
      'a b',
    ]);
    await start('python', ['-m', 'venvs']);
    expect(recorded()?.slice(3)).toEqual(['python', '-m', 'venvs']);
  });

  test('called by the link of a virtual environment it enters with that', async () => {
    const { install, recorded, recordedEnvironment, image } = makeWrapped();
    const venv = join(install.fakes, 'my venv');
    mkdirSync(join(venv, 'bin'), { recursive: true });
    writeFileSync(join(venv, 'pyvenv.cfg'), 'home = /usr/bin\n');
    symlinkSync(join(install.root, 'bin/python'), join(venv, 'bin/python3'));
    const env = {
      PATH: `${install.fakes}:/usr/bin:/bin`,
      RECORD: join(install.fakes, 'record'),
      CONTAINERROOT: install.root,
      SIFDEMO: image,
      SINGULARITYENV_PREPEND_PATH: '/runscripts',
    };
    expect(await run([join(venv, 'bin/python3'), 'x.py'], { env })).toEqual(done);
    const bin = `${install.root}/bin`;
    expect(recorded()).toEqual([
      'singularity',
      'exec',
      '--bind',
      `${bin}:${bin}:ro`,
      image,
      `${venv}/bin/python3`,
      'x.py',
    ]);
    expect(recordedEnvironment()).toMatchObject({
      APPTAINERENV_VIRTUAL_ENV: venv,
      SINGULARITYENV_VIRTUAL_ENV: venv,
      SINGULARITYENV_PREPEND_PATH: `${venv}/bin:/runscripts`,
      APPTAINERENV_PREPEND_PATH: `${venv}/bin:/runscripts`,
    });
  });

  test('another runtime is taken where its own is gone; without any it says what to do', async () => {
    const { start, install, recorded } = makeWrapped();
    renameSync(join(install.fakes, 'singularity'), join(install.fakes, 'apptainer'));
    const env = { PATH: `${install.fakes}:/usr/bin:/bin` };
    expect((await start('tool', [], { env })).status).toBe(0);
    expect(recorded()?.[0]).toBe('apptainer');
    const { status, stderr } = await start('tool', [], { env: { PATH: '/usr/bin:/bin', CTINSTALL_RUNTIME: 'podman' } });
    expect([status, stderr]).toEqual([1, expect.stringContaining('names no program that is here: `podman`')]);
    const without = await start('tool', [], { env: { PATH: '/usr/bin:/bin' } });
    expect(without.stderr).toContain('none of `singularity`, `apptainer` is on PATH');
  });
});

describe('without the module', () => {
  const environment = {
    module_binds: [
      ...['/usr', '/host/usr', ':ro', 'required'],
      ...['/not/there', '/y', '', 'optional'],
      ...['/etc', '/host/etc', '', 'optional'],
    ],
    module_variables: ['CONTAINERROOT=/not/here', 'NCCL=a "b" $c'],
    default_variables: ['OFFERED', '/tmp/$USER $x', 'YOURS', 'ours'],
    container_variables: ['WITH_CONDA', 'source x'],
    container_path: ['/runscripts', '/opt/x/bin'],
  };

  test('it sets up what the module would', async () => {
    const { startAlone, recorded, recordedEnvironment, image, install } = makeWrapped({ environment });
    expect(await startAlone('tool', ['a'], { env: { USER: 'someone', YOURS: 'own' } })).toEqual(done);
    expect(recorded()).toEqual(['singularity', 'exec', image, 'tool', 'a']);
    const bind = `/usr:/host/usr:ro,/etc:/host/etc,${install.root}/user-software:/user-software`;
    expect(recordedEnvironment()).toMatchObject({
      SINGULARITY_BIND: bind,
      APPTAINER_BIND: bind,
      SINGULARITYENV_WITH_CONDA: 'source x',
      APPTAINERENV_WITH_CONDA: 'source x',
      SINGULARITYENV_PREPEND_PATH: environment.container_path.join(':'),
      CONTAINERROOT: install.root,
      NCCL: 'a "b" $c',
      OFFERED: '/tmp/someone $x',
      YOURS: 'own',
      SIF: image,
      SIFDEMO: image,
    });
  });

  test('binds of the user stay and win, but for the places of another module', async () => {
    const { startAlone, recordedEnvironment, install } = makeWrapped({ environment });
    writeFileSync(install.squashfs, '');
    await startAlone('tool', [], {
      env: {
        APPTAINER_BIND: '/mine:/host/usr/,/a:/user-software:ro,/b:/b:ro,image-src=/,/c',
        SINGULARITY_BIND: '/mine:/host/usr/,/a:/user-software:ro,/b:/b:ro,image-src=/,/c',
        SINGULARITY_BINDPATH: '/d:/d',
        SINGULARITYENV_PREPEND_PATH: '/my/bin',
      },
    });
    const bind = `/etc:/host/etc,${install.squashfs}:/user-software:ro,image-src=/,/mine:/host/usr/,/b:/b:ro,image-src=/,/c,/d:/d`;
    const got = recordedEnvironment();
    expect(got).toMatchObject({
      SINGULARITY_BIND: bind,
      APPTAINER_BIND: bind,
      APPTAINERENV_PREPEND_PATH: `${environment.container_path.join(':')}:/my/bin`,
    });
    expect(got.SINGULARITY_BINDPATH).toBeUndefined();
  });

  test('a required bind that is not on this node is named', async () => {
    const { startAlone, recorded } = makeWrapped({
      environment: { module_binds: ['/not/there', '/x', '', 'required'] },
    });
    const { status, stderr } = await startAlone('tool');
    expect([status, recorded()]).toEqual([1, undefined]);
    expect(stderr).toContain('`/not/there` is not on this node');
  });

  test('an image that is gone is looked for in the image directories, and named if it is in none', async () => {
    const central = ['/not/there.sif', '/etc/passwd'];
    const { startAlone, install, recorded } = makeWrapped({ environment: { central_images: central } });
    renameSync(join(install.root, 'demo.sif'), join(install.root, 'other.sif'));
    expect((await startAlone('tool')).status).toBe(0);
    expect(recorded()?.[2]).toBe('/etc/passwd');
    const gone = makeWrapped();
    renameSync(gone.image, `${gone.image}.old`);
    const { status, stderr } = await gone.startAlone('tool');
    expect([status, stderr]).toEqual([1, expect.stringMatching(/^error: the image of .* is gone.*\nhint: /)]);
  });

  test('a copy of the install uses what is in the copy', async () => {
    const { install, recordedEnvironment } = makeWrapped({ environment });
    const copy = join(install.fakes, 'a copy');
    cpSync(install.root, copy, { recursive: true, verbatimSymlinks: true });
    const env = { PATH: `${install.fakes}:/usr/bin:/bin`, RECORD: join(install.fakes, 'record') };
    expect(await run(['./tool'], { env, cwd: join(copy, 'bin') })).toEqual(done);
    expect(recordedEnvironment()).toMatchObject({ CONTAINERROOT: copy, SIF: join(copy, 'demo.sif') });
    const link = join(install.fakes, 'tool');
    symlinkSync(join(copy, 'bin/tool'), link);
    expect(await run([link], { env })).toEqual(done);
    expect(recordedEnvironment()).toMatchObject({ CONTAINERROOT: copy });
    expect(await run(['tool'], { env: { ...env, PATH: `bin:${env.PATH}` }, cwd: copy })).toEqual(done);
  });

  test('a copy of the script alone says what it lacks', async () => {
    const { install } = makeWrapped();
    const alone = join(install.fakes, 'bin/tool');
    cpSync(join(install.root, 'bin/in-container'), alone);
    const { status, stderr } = await run([alone]);
    expect([status, stderr]).toEqual([1, expect.stringMatching(/does not lie in an install of ctinstall\nhint: link/)]);
  });
});

describe('inside a container', () => {
  test('in its own the program is run as it is, and the wrapper not again', async () => {
    const { start, install, recorded } = makeWrapped();
    writeProgram(join(install.fakes, 'inside/tool'), `printf '%s|' inside "$name" "$@"`);
    const env = {
      name: 'of the caller',
      SINGULARITY_CONTAINER: '/elsewhere/demo.sif',
      PATH: `${install.root}/bin:${install.fakes}/inside:/usr/bin:/bin`,
    };
    expect(await start('tool', ['a b', ''], { env })).toEqual({ ...done, stdout: 'inside|of the caller|a b||' });
    expect(recorded()).toBeUndefined();
    const { status, stderr } = await start('train', [], { env });
    expect([status, stderr]).toEqual([1, expect.stringContaining('there is no `train` on PATH')]);
  });

  test('in another one it is refused, and explained', async () => {
    const { start, recorded } = makeWrapped();
    const { status, stderr } = await start('tool', [], { env: { APPTAINER_CONTAINER: '/x/other.sif' } });
    expect([status, recorded()]).toEqual([1, undefined]);
    expect(stderr).toBe(
      `error: \`tool\` of the module ${moduleName} starts a container, and this is inside another one, \`/x/other.sif\`\nhint: leave that container first\n`,
    );
  });
});

describe('which virtual environment is active, with no module loaded', () => {
  const environment = {
    container_path: ['/runscripts', '/opt/bin'],
    default_venv: 'own',
    packed_variables: ['PIP_USER', '0'],
  };
  const withVenvs = (...names: string[]): Wrapped => {
    const wrapped = makeWrapped({ environment });
    for (const name of names) {
      const directory = join(wrapped.install.root, 'user-software/venv', name);
      mkdirSync(directory, { recursive: true });
      writeFileSync(join(directory, 'pyvenv.cfg'), '');
    }
    return wrapped;
  };

  test('the default, or the one that is named', async () => {
    const { startAlone, recordedEnvironment } = withVenvs('other');
    for (const [given, name] of [
      [{}, 'own'],
      [{ CTINSTALL_VENV: 'other' }, 'other'],
    ] as const) {
      expect(await startAlone('tool', [], { env: given })).toEqual(done);
      expect(recordedEnvironment()).toMatchObject({
        SINGULARITYENV_VIRTUAL_ENV: `/user-software/venv/${name}`,
        APPTAINERENV_PREPEND_PATH: `/runscripts:/user-software/venv/${name}/bin:/opt/bin`,
      });
      expect(recordedEnvironment()).not.toHaveProperty('SINGULARITYENV_PIP_USER');
    }
  });

  test('what is packed is believed, and pip is kept in', async () => {
    const { install, startAlone, recordedEnvironment } = withVenvs();
    writeFileSync(join(install.root, 'user-software.squashfs'), '');
    expect(await startAlone('tool', [], { env: { CTINSTALL_VENV: 'x' } })).toEqual(done);
    expect(recordedEnvironment()).toMatchObject({
      SINGULARITYENV_VIRTUAL_ENV: '/user-software/venv/x',
      APPTAINERENV_PIP_USER: '0',
    });
  });

  test('what is no name, or not there, is refused, and those there are named', async () => {
    // What others of a group have made may have a name that a terminal obeys.
    const { startAlone, recorded } = withVenvs('b', 'a', 'c\u001b[2J');
    for (const [name, message] of [
      ['../x', /^error: CTINSTALL_VENV must be the name .*\nhint: /],
      ['none', /^error: CTINSTALL_VENV names .*: none\. There are: a, b\nhint: .*ctinstall venv create demo/],
    ] as const) {
      const { status, stderr } = await startAlone('tool', [], { env: { CTINSTALL_VENV: name } });
      expect([name, status, stderr, recorded()]).toEqual([name, 1, expect.stringMatching(message), undefined]);
    }
  });
});

describe('what was packed or unpacked since the module was loaded', () => {
  const places = ({ install }: Wrapped) => ({
    directory: `${install.directory}:/user-software`,
    squashfs: `${install.squashfs}:/user-software:ro,image-src=/`,
  });
  test.each(['directory', 'squashfs'] as const)('the %s that was bound is gone', async (gone) => {
    const wrapped = makeWrapped();
    const { install } = wrapped;
    if (gone === 'directory') {
      rmSync(install.directory, { recursive: true });
      writeFileSync(install.squashfs, '');
    }
    const bind = places(wrapped)[gone];
    expect(await wrapped.start('tool', [], { env: { SINGULARITY_BIND: bind, APPTAINER_BIND: bind } })).toMatchObject({
      status: 0,
      stderr: '',
    });
    const now = places(wrapped)[gone === 'directory' ? 'squashfs' : 'directory'];
    expect(wrapped.recordedEnvironment()).toMatchObject({ SINGULARITY_BIND: now, APPTAINER_BIND: now });
  });
});
