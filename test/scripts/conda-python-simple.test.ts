import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { makeTemporaryDirectory, type Ran, readScript, run, statusInShell, writeProgram } from './install.ts';
import { realRuntime, tinyImage } from './real-runtime.ts';

/** Says which Python it is and what it was given; then does $THEN. */
const fakePython = `printf "%s," "$WHICH" "$0" "$@"; eval "\${THEN-}"`;

interface Inside {
  readonly dir: string;
  /** Directory of the run scripts, as it is bound at /runscripts. */
  readonly runscripts: string;
  /** Writes a script that activates something, to be sourced. */
  readonly writeActivate: (text: string) => string;
  readonly python: (args: readonly string[], env?: Readonly<Record<string, string>>) => Promise<Ran>;
}

/** Looks like the inside of a container, as far as the script can tell. */
function makeInside({ pythons = ['python'] }: { pythons?: readonly string[] } = {}): Inside {
  const dir = makeTemporaryDirectory();
  const runscripts = join(dir, 'runscripts');
  const script = join(runscripts, 'conda-python-simple');
  mkdirSync(runscripts);
  writeFileSync(script, readScript('conda-python-simple'), { mode: 0o755 });
  mkdirSync(join(dir, 'bin'));
  for (const name of pythons) writeProgram(join(dir, 'bin', name), `WHICH=image; ${fakePython}`);
  return {
    dir,
    runscripts,
    writeActivate: (text) => {
      writeFileSync(join(dir, 'activate'), text);
      return join(dir, 'activate');
    },
    // No real Python, but bash for the fake ones.
    python: (args, env) =>
      run([script, ...args], {
        env: { PATH: join(dir, 'bin'), SINGULARITY_CONTAINER: '/x.sif', ...env },
      }),
  };
}

test.each<[string, readonly string[]]>([
  ['none', []],
  ['an empty one', ['']],
  ['a command', ['-c', 'import sys; print("$HOME", \'`id`\')', 'a b', '']],
  ['globs, quotes, newlines', ['*', '?', '~', "it's", '"', '\\', 'a\nb', ' ', '\t', '$HOME', '--', 'ü']],
  ['--help among others', ['--help', 'x']],
])('arguments reach python as they are: %s', async (_what, args) => {
  const { python, writeActivate } = makeInside();
  const WITH_CONDA = `source ${writeActivate('set -- changed; shift 0')} mpi4py`;
  const { status, stdout, stderr } = await python(args, { WITH_CONDA });
  expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
  expect(stdout.split(',').slice(2, -1)).toEqual(args.flatMap((arg) => arg.split(',')));
});

describe('the conda environment', () => {
  test('is activated in the very shell, and the script that does it sees its own arguments only', async () => {
    const { python, writeActivate, dir } = makeInside();
    writeProgram(join(dir, 'conda/bin/python'), `WHICH=conda:$MADE:$LOCAL; ${fakePython}`);
    const activate = writeActivate(
      `declare -x LOCAL=kept MADE="$#:$*"; export PATH=${join(dir, 'conda/bin')}:$PATH; [ "$unset" = "" ]; false; true`,
    );
    expect(await python(['x'], { WITH_CONDA: `source ${activate} mpi4py` })).toMatchObject({
      status: 0,
      stdout: expect.stringMatching(/^conda:1:mpi4py:kept,/),
      stderr: '',
    });
    expect((await python(['x', 'y'], { WITH_CONDA: ` .  ${activate} ` })).stdout).toMatch(/^conda:0::kept,/);
  });

  test.each<[string, Record<string, string>]>([
    ['unset', {}],
    ['empty', { WITH_CONDA: '' }],
    ['blank', { WITH_CONDA: ' \n ' }],
    ['true', { WITH_CONDA: 'true' }],
  ])('%s: there is nothing to activate', async (_what, env) => {
    const { python } = makeInside();
    expect(await python(['x'], env)).toMatchObject({
      status: 0,
      stdout: expect.stringMatching(/^image,/),
      stderr: '',
    });
  });

  test('$WITH_CONDA is split into words, and nothing else is done to it', async () => {
    const { python, writeActivate } = makeInside();
    const activate = writeActivate('printf "%s|" "$@"');
    const { stdout } = await python([], {
      WITH_CONDA: `source ${activate} * ? "a b" $HOME $(id) ; id && id`,
    });
    expect(stdout).toMatch(/^\*\|\?\|"a\|b"\|\$HOME\|\$\(id\)\|;\|id\|&&\|id\|image,/);
  });

  test('globs in the script that activates work as ever', async () => {
    const { python, writeActivate, dir } = makeInside();
    const { stdout } = await python([], {
      WITH_CONDA: `source ${writeActivate(`echo ${dir}/bin/py*`)}`,
    });
    expect(stdout).toContain(`${dir}/bin/python\n`);
  });

  test.each<[string, string, number]>([
    ['a script that fails', 'source FILE', 5],
    ['a script that is not there', 'source /none/activate', 1],
    ['a command that is not there', 'none-such', 127],
  ])('%s is an error', async (_what, command, status) => {
    const { python, writeActivate } = makeInside();
    const WITH_CONDA = command.replace('FILE', writeActivate('return 5'));
    const ran = await python(['x'], { WITH_CONDA });
    expect(ran).toMatchObject({ status: 1, stdout: '' });
    expect(ran.stderr).toContain(
      `error: the conda environment could not be activated: \`${WITH_CONDA}\` failed with exit status ${status}\nhint: `,
    );
  });
});

describe('the virtual environment', () => {
  test('wins over the conda environment that it was made on', async () => {
    const { python, writeActivate, dir } = makeInside();
    writeProgram(join(dir, 'conda/bin/python'), `WHICH=conda; ${fakePython}`);
    writeProgram(join(dir, 'venv x/bin/python'), `WHICH=venv; ${fakePython}`);
    const activate = writeActivate(`export PATH=${join(dir, 'conda/bin')}:$PATH`);
    const env = { WITH_CONDA: `source ${activate}`, VIRTUAL_ENV: join(dir, 'venv x') };
    // python sees the name that it was called by, as it must to find its environment.
    expect((await python(['x'], env)).stdout).toBe(`venv,${dir}/venv x/bin/python,x,`);
  });

  test('that is not there does not count', async () => {
    const { python } = makeInside();
    expect((await python(['x'], { VIRTUAL_ENV: '/none' })).stdout).toMatch(/^image,/);
  });
});

test('python3 is taken where there is no python', async () => {
  const { python } = makeInside({ pythons: ['python3'] });
  expect((await python(['x'])).stdout).toMatch(/^image,\S+\/python3,x,$/);
});

test('no Python at all', async () => {
  const { python, dir } = makeInside({ pythons: [] });
  expect(await python(['x'])).toMatchObject({
    status: 127,
    stderr: expect.stringContaining(
      `error: there is no \`python\` and no \`python3\` on PATH in this container: ${dir}/bin\n`,
    ),
  });
});

test('exit status and signals are those of python', async () => {
  const { python } = makeInside();
  expect((await python([], { THEN: 'exit 7' })).status).toBe(7);
  expect(await python([], { THEN: 'kill -TERM $$' })).toMatchObject({
    status: null,
    signal: 'SIGTERM',
  });
});

test('on the host it refuses', async () => {
  const { python } = makeInside();
  expect(await python(['-c', 'x'], { SINGULARITY_CONTAINER: '' })).toEqual({
    status: 1,
    signal: null,
    stdout: '',
    stderr:
      'error: `conda-python-simple` runs inside the container, and this is the host\n' +
      'hint: load the module, then run: singularity exec $SIF conda-python-simple ...\n',
  });
});

test('--help alone is for the script, on the host too', async () => {
  const { python } = makeInside();
  const ran = await python(['--help'], { SINGULARITY_CONTAINER: '' });
  expect(ran).toMatchObject({ status: 0, stderr: '' });
  expect(ran.stdout).toContain('singularity exec $SIF conda-python-simple [argument of python...]');
});

describe('with the real runtime', () => {
  const exec = async (bind: string, args: readonly string[], env: Record<string, string> = {}): Promise<Ran> =>
    run(['singularity', 'exec', '--bind', bind, tinyImage(), 'conda-python-simple', ...args], {
      env: { ...realRuntime(), SINGULARITYENV_PREPEND_PATH: '/runscripts', ...env },
    });

  test('it is found on PATH, activates, and runs the Python of the virtual environment', async () => {
    const { dir, runscripts, writeActivate } = makeInside();
    writeActivate('export ACTIVE=$1:$#');
    const python = 'printf "%s," "$ACTIVE" "$0" "$@"; exit 7';
    writeProgram(join(dir, 'venv/bin/python'), python);
    const ran = await exec(`${runscripts}:/runscripts:ro,${dir}:/user`, ['-c', 'a  b', '', '*'], {
      SINGULARITYENV_WITH_CONDA: 'source /user/activate mpi4py',
      SINGULARITYENV_VIRTUAL_ENV: '/user/venv',
    });
    expect(ran).toMatchObject({ status: 7, stdout: 'mpi4py:1,/user/venv/bin/python,-c,a  b,,*,' });
  });

  test('a signal inside ends it as it ends python', async () => {
    const { dir, runscripts } = makeInside();
    writeProgram(join(dir, 'venv/bin/python'), 'kill -TERM $$');
    const env = { SINGULARITYENV_VIRTUAL_ENV: '/user/venv' };
    expect(statusInShell(await exec(`${runscripts}:/runscripts:ro,${dir}:/user`, [], env))).toBe(143);
  });
});
