import { existsSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import {
  type Install,
  makeInstall,
  moduleName,
  type Ran,
  type RunOptions,
  run,
  statusInShell,
  writeProgram,
} from './install.ts';
import { realRuntime, tinyImage } from './real-runtime.ts';

/** Writes its name and arguments, each ended by a NUL, to $RECORD; then does $THEN. */
const recorder = `printf '%s\\0' "\${0##*/}" "$@" >"$RECORD"; eval "\${THEN-}"`;

/** `~/.bashrc` is for the host. */
const bash = ['bash', '--rcfile', '/dev/null'];

interface Shell {
  readonly install: Install;
  readonly image: string;
  readonly start: (args?: readonly string[], options?: RunOptions) => Promise<Ran>;
  /** What the runtime was called with. */
  readonly recorded: () => string[] | undefined;
}

function makeShell({ runtimes = ['singularity'] }: { runtimes?: readonly string[] } = {}): Shell {
  const install = makeInstall();
  const image = join(install.root, 'image with blank.sif');
  writeFileSync(image, 'an image');
  const record = join(install.fakes, 'record');
  for (const name of runtimes) writeProgram(join(install.fakes, name), recorder);
  return {
    install,
    image,
    // A PATH on which no real runtime is.
    start: (args, options) =>
      install.run('start-shell', args, {
        ...options,
        env: { PATH: install.fakes, CONTAINERROOT: install.root, SIFDEMO: image, RECORD: record, ...options?.env },
      }),
    recorded: () => (existsSync(record) ? readFileSync(record, 'utf8').split('\0').slice(0, -1) : undefined),
  };
}

describe('on the host', () => {
  test.each<[string, readonly string[]]>([
    ['none', []],
    ['an empty one', ['']],
    ['a command', ['-c', 'echo "$0" \'$1\' `id` $(id) *', 'a b', '']],
    ['globs, quotes, newlines', ['*', '?', '~', "it's", '"', '\\', 'a\nb', ' ', '\t', '$HOME', '-x', '--', 'ü']],
    ['options of the runtime', ['--bind', '/x:/y']],
    ['--help among others', ['--help', 'x']],
  ])('arguments reach bash as they are: %s', async (_what, args) => {
    const { start, image, recorded } = makeShell();
    expect(await start(args)).toEqual({ status: 0, signal: null, stdout: '', stderr: '' });
    expect(recorded()).toEqual(['singularity', 'exec', image, ...bash, ...args]);
  });

  test('the exit status is that of the runtime', async () => {
    const { start } = makeShell();
    expect((await start([], { env: { THEN: 'exit 7' } })).status).toBe(7);
    expect((await start([], { env: { THEN: 'exit 143' } })).status).toBe(143);
  });

  test('the runtime takes the place of the script: signals reach it, and what ends it', async () => {
    const { start } = makeShell();
    expect(await start([], { env: { THEN: 'kill -TERM $$' } })).toMatchObject({
      status: null,
      signal: 'SIGTERM',
    });
  });

  test('works through a symbolic link and from a directory that is gone', async () => {
    const { start, install, recorded, image } = makeShell();
    const link = join(install.fakes, 'link');
    symlinkSync(join(install.root, 'bin/start-shell'), link);
    const gone = join(install.fakes, 'gone');
    const script = 'mkdir "$1" && cd "$1" && rmdir "$1" && PATH=$3 exec "$2" x';
    const { status } = await run(['bash', '-c', script, 'bash', gone, link, install.fakes], {
      env: { CONTAINERROOT: install.root, SIFDEMO: image, RECORD: join(install.fakes, 'record') },
    });
    expect(status).toBe(0);
    expect(recorded()?.at(-1)).toBe('x');
    expect((await start()).status).toBe(0);
  });

  test('nothing of what the caller has set up for his own shells is run or counts', async () => {
    const { start, install, recorded } = makeShell();
    const startUp = join(install.fakes, 'start-up');
    writeFileSync(startUp, 'echo start-up; exit 9\n');
    const env = {
      BASH_ENV: startUp,
      ENV: startUp,
      SHELLOPTS: 'xtrace:nounset:errexit',
      'BASH_FUNC_type%%': '() { exit 9; }',
      'BASH_FUNC_singularity%%': '() { exit 9; }',
      'BASH_FUNC_module%%': '() { echo module; }',
      THEN: 'export -p >"$RECORD.env"',
    };
    expect(await start(['x'], { env })).toEqual({
      status: 0,
      signal: null,
      stdout: '',
      stderr: '',
    });
    expect(recorded()?.at(-1)).toBe('x');
  });

  test('functions that the caller exported stay on the host', async () => {
    const { install, image } = makeShell();
    writeProgram(join(install.fakes, 'singularity'), 'env');
    const { stdout } = await install.run('start-shell', [], {
      env: { CONTAINERROOT: install.root, SIFDEMO: image, 'BASH_FUNC_module%%': '() {  echo module\n}' },
    });
    expect(stdout).toContain(`CONTAINERROOT=${install.root}`);
    expect(stdout).not.toContain('BASH_FUNC_');
  });

  test('a file of the user can be read in the place of ~/.bashrc', async () => {
    const { start, recorded } = makeShell();
    await start([], { env: { CTINSTALL_BASHRC: '/my rc' } });
    expect(recorded()?.slice(-3)).toEqual(['bash', '--rcfile', '/my rc']);
  });

  test('it starts no process of its own', async () => {
    const { install, image, recorded } = makeShell();
    // A user with this id has no other process, so that the limit is reached by the shell itself.
    const id = 200_000 + process.pid;
    await run(['chmod', '-R', 'a+rwX', join(install.root, '..')]);
    const limited = (...argv: string[]): Promise<Ran> =>
      run(['prlimit', '--nproc=1', ...argv], {
        unprivileged: id,
        env: {
          PATH: `${install.fakes}:/usr/bin:/bin`,
          CONTAINERROOT: install.root,
          SIFDEMO: image,
          RECORD: join(install.fakes, 'record'),
        },
      });
    expect((await limited('sh', '-c', 'x=$(:)')).status, 'the limit has no teeth').not.toBe(0);
    expect(await limited(join(install.root, 'bin/start-shell'), 'x')).toMatchObject({
      status: 0,
      stderr: '',
    });
    expect(recorded()?.at(-1)).toBe('x');
  });
});

describe('which runtime', () => {
  test.each<[string, readonly string[], Record<string, string>, string]>([
    ['the one filled in', ['singularity', 'apptainer'], {}, 'singularity'],
    ['the other where that is missing', ['apptainer'], {}, 'apptainer'],
    ['the one of $CTINSTALL_RUNTIME', ['singularity', 'apptainer'], { CTINSTALL_RUNTIME: 'apptainer' }, 'apptainer'],
    ['another name', ['singularity', 'my runtime'], { CTINSTALL_RUNTIME: 'my runtime' }, 'my runtime'],
    ['the one that is there for its twin', ['apptainer'], { CTINSTALL_RUNTIME: 'singularity' }, 'apptainer'],
    ['an empty $CTINSTALL_RUNTIME counts as none', ['singularity'], { CTINSTALL_RUNTIME: '' }, 'singularity'],
  ])('%s', async (_what, runtimes, env, used) => {
    const { start, recorded } = makeShell({ runtimes });
    expect((await start([], { env })).status).toBe(0);
    expect(recorded()?.[0]).toBe(used);
  });

  test('a path', async () => {
    const { start, install, recorded } = makeShell();
    const path = writeProgram(join(install.root, 'run time/apptainer'), recorder);
    expect((await start([], { env: { CTINSTALL_RUNTIME: path } })).status).toBe(0);
    expect(recorded()?.[0]).toBe('apptainer');
  });

  test.each<[string, Record<string, string>]>([
    [
      'error: there is no container runtime: none of `singularity`, `apptainer` is on PATH\n' +
        'hint: load the module of the runtime if this machine has one, or set CTINSTALL_RUNTIME to its path\n',
      {},
    ],
    [
      'error: CTINSTALL_RUNTIME names no program that is here: `my runtime`\n' +
        'hint: unset it, or set it to the path of one\n',
      { CTINSTALL_RUNTIME: 'my runtime' },
    ],
  ])('none at all: %s', async (stderr, env) => {
    const { start } = makeShell({ runtimes: [] });
    expect(await start([], { env })).toEqual({ status: 1, signal: null, stdout: '', stderr });
  });
});

test.each(['SINGULARITY_CONTAINER', 'APPTAINER_CONTAINER'])('with $%s set it is plain bash', async (variable) => {
  const { start, install, recorded } = makeShell();
  writeProgram(join(install.fakes, 'bash'), 'printf "%s," "$module" "$@"; exit 7');
  const ran = await start(['-c', 'a  b', ''], { env: { [variable]: '/x.sif', SIFDEMO: '', module: 'mine' } });
  expect(ran).toEqual({ status: 7, signal: null, stdout: 'mine,--rcfile,/dev/null,-c,a  b,,', stderr: '' });
  expect(recorded()).toBeUndefined();
});

test('without the module it sets up what the module would; an image that is nowhere is named', async () => {
  const { start, install, recorded } = makeShell();
  const without = { CONTAINERROOT: '', SIFDEMO: '' };
  expect(await start([], { env: without })).toMatchObject({ status: 1, stderr: expect.stringContaining('is gone') });
  expect(recorded()).toBeUndefined();
  const own = join(install.root, 'demo.sif');
  writeFileSync(own, 'an image');
  expect(await start(['x'], { env: without })).toMatchObject({ status: 0, stderr: '' });
  expect(recorded()).toEqual(['singularity', 'exec', own, ...bash, 'x']);
});

test('--help works without the module', async () => {
  const { start } = makeShell();
  const ran = await start(['--help'], { env: { SIFDEMO: '' } });
  expect(ran).toMatchObject({ status: 0, stderr: '' });
  expect(ran.stdout).toContain(`the module ${moduleName}`);
  expect(ran.stdout).toContain('Usage: start-shell');
});

describe('with the real runtime', () => {
  const real = async (args: readonly string[]): Promise<Ran> => {
    const install = makeInstall();
    return install.run('start-shell', args, {
      env: { ...realRuntime(), CONTAINERROOT: install.root, SIFDEMO: tinyImage() },
    });
  };

  test('arguments, output and exit status go through', async () => {
    const ran = await real(['-c', 'printf "%s," "$@"; test -d /.singularity.d && exit 7', 'bash', 'a  b', '', '*']);
    expect(ran).toMatchObject({ status: 7, stdout: 'a  b,,*,' });
  });

  test('a signal inside ends it as it ends bash', async () => {
    expect(statusInShell(await real(['-c', 'kill -TERM $$']))).toBe(143);
  });
});
