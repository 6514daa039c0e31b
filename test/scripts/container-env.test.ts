import { existsSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import type { ScriptValues } from '../../src/scripts/fill-script.ts';
import {
  type Install,
  makeInstall,
  makeTemporaryDirectory,
  type RunOptions,
  readScript,
  scriptValues,
  writeProgram,
} from './install.ts';

/* What the runtime is given of the environment of whoever calls a wrapper. */

type Environment = Readonly<Record<string, string>>;

interface Wrapped {
  readonly install: Install;
  /** The environment that the runtime gets, if it is called; fails where the wrapper says anything. */
  readonly environmentOf: (env: Environment, options?: RunOptions & { wrapper?: string }) => Promise<Environment>;
}

function makeWrapped(values: ScriptValues = {}, setUp: ScriptValues = {}): Wrapped {
  const install = makeInstall({
    name: 'install',
    values: {
      ...scriptValues,
      'container-env.bash': { ...scriptValues['container-env.bash'], ...values },
      'in-container.bash': { ...scriptValues['in-container.bash'], ...setUp },
    },
  });
  writeFileSync(join(install.root, 'demo.sif'), 'an image');
  const record = join(install.fakes, 'record');
  writeProgram(join(install.fakes, 'singularity'), `env -0 >"${record}"`);
  return {
    install,
    environmentOf: async (env, { wrapper = 'in-container', ...options } = {}) => {
      const ran = await install.run(wrapper, ['x'], {
        ...options,
        env: { PATH: `${install.fakes}:/usr/bin:/bin`, HOME: '/nowhere', ...env },
      });
      expect(ran).toEqual({ status: 0, signal: null, stdout: '', stderr: '' });
      return parse(readFileSync(record, 'utf8'));
    },
  };
}

/** Of the variables that wrappers and start-shell have. */
function namesInScripts(): string[] {
  const scripts = ['in-container', 'in-container-more.bash', 'on-host.bash', 'container-env-more.bash', 'start-shell'];
  const texts = scripts.map(readScript).join('\n');
  return [
    ...new Set([...texts.matchAll(/\b([a-z]\w*)\+?=|\bfor ([a-z]\w*) in/g)].map(([, set, of]) => set ?? of ?? '')),
  ];
}

function parse(text: string): Environment {
  return Object.fromEntries(
    text.split('\0').map((pair) => [pair.slice(0, pair.indexOf('=')), pair.slice(pair.indexOf('=') + 1)]),
  );
}

describe('variables', () => {
  test('what is dropped stays outside, by name and by beginning; the rest passes as it is', async () => {
    const { environmentOf } = makeWrapped();
    const kept = { SLURM_JOB_ID: '1', PYTHONUNBUFFERED: '1', MINE: "a\n'b' $c", CCX: '1', XPYTHON: '1' };
    const got = await environmentOf({ ...kept, CC: 'gcc', PYTHONPATH: '/x', PYTHON: '1', VIRTUAL_ENV: '/host' });
    expect(got).toMatchObject(kept);
    for (const name of ['CC', 'PYTHONPATH', 'PYTHON', 'VIRTUAL_ENV']) expect(got).not.toHaveProperty(name);
  });

  test('what is set for the container counts, whatever its name', async () => {
    const { environmentOf } = makeWrapped();
    const mine = { SINGULARITYENV_PYTHONPATH: '/x', APPTAINERENV_CC: 'gcc', CTINSTALL_CONTAINER_ENV_DROP: '*' };
    expect(await environmentOf(mine)).toMatchObject({ SINGULARITYENV_PYTHONPATH: '/x', APPTAINERENV_CC: 'gcc' });
  });

  test.each<[string, ScriptValues, Environment, string[]]>([
    ['a name passes', {}, { CTINSTALL_CONTAINER_ENV_PASS: 'CC' }, ['CC', 'MINE', 'OTHER']],
    ['patterns pass', {}, { CTINSTALL_CONTAINER_ENV_PASS: 'PYTHONP*:C?' }, ['CC', 'MINE', 'OTHER', 'PYTHONPATH']],
    ['patterns drop', {}, { CTINSTALL_CONTAINER_ENV_DROP: 'M?NE, *THER' }, []],
    [
      'all but',
      {},
      { CTINSTALL_CONTAINER_ENV_DROP: '*', CTINSTALL_CONTAINER_ENV_PASS: 'CC *PATH' },
      ['CC', 'PYTHONPATH'],
    ],
    ['of the settings', { dropped_patterns: '*THER', passing: 'PYTHON*' }, {}, ['MINE', 'PYTHONPATH']],
    [
      "the user's word before the settings'",
      { dropped_patterns: '*THER', passing: 'PYTHON*' },
      { CTINSTALL_CONTAINER_ENV_DROP: 'PYTHON*', CTINSTALL_CONTAINER_ENV_PASS: 'OTHER' },
      ['MINE', 'OTHER'],
    ],
  ])('%s', async (_what, values, wishes, names) => {
    const { environmentOf } = makeWrapped(values);
    const all = { CC: '1', PYTHONPATH: '1', MINE: '1', OTHER: '1' };
    const got = await environmentOf({ ...all, ...wishes });
    expect(
      Object.keys(all)
        .filter((name) => name in got)
        .sort(),
    ).toEqual(names);
    expect(got.HOME).toBe('/nowhere');
  });

  test('names that the scripts have variables of their own under belong to the caller', async () => {
    const { environmentOf, install } = makeWrapped();
    const callers = Object.fromEntries(namesInScripts().map((name) => [name, `my ${name}\n`]));
    expect(Object.keys(callers)).toEqual(expect.arrayContaining(['name', 'image', 'options', 'seen', 'entry']));
    // All that wrappers do: a path to bind, a locale, binds of the user's, a module that is loaded, user software.
    const busy = { TMPDIR: homedir(), LC_TIME: 'C.utf8', SINGULARITY_BIND: '/x', CONTAINERROOT: install.root };
    expect(await environmentOf({ ...callers, ...busy })).toMatchObject(callers);
    expect(await environmentOf({ ...callers, ...busy }, { wrapper: 'start-shell' })).toMatchObject(callers);
    const wishes = { CTINSTALL_CONTAINER_ENV_DROP: '*', CTINSTALL_CONTAINER_ENV_PASS: 'name' };
    const got = await environmentOf({ ...callers, ...busy, ...wishes, SHELLOPTS: 'braceexpand' });
    expect(Object.keys(got).filter((name) => /^[a-z]|OPTS/.test(name))).toEqual(['name']);
  });

  test('functions that the shell exports stay outside, whatever their names; one can pass', async () => {
    const { environmentOf } = makeWrapped();
    const functions = {
      'BASH_FUNC_module%%': '() {  echo module\n}',
      'BASH_FUNC_unset%%': '() {  exit 9\n}',
      'BASH_FUNC_a-b%%': '() {  exit 9\n}',
    };
    const named = async (env: Environment): Promise<string[]> =>
      Object.keys(await environmentOf({ ...functions, ...env })).filter((name) => name.startsWith('BASH_FUNC'));
    expect(await named({})).toEqual([]);
    expect(await named({ CTINSTALL_CONTAINER_ENV_PASS: 'BASH_FUNC_module%%' })).toEqual(['BASH_FUNC_module%%']);
  });

  test('a locale is one that every image has, or one that the image is known to have', async () => {
    const { environmentOf, install } = makeWrapped();
    const set = { LANG: 'fi_FI.UTF-8', LC_TIME: 'POSIX', LC_NUMERIC: 'sv_SE' };
    expect(await environmentOf(set)).toMatchObject({ LANG: 'C.UTF-8', LC_TIME: 'POSIX', LC_NUMERIC: 'C.UTF-8' });
    writeFileSync(join(install.state, 'locales'), 'C POSIX en_US.utf8\n');
    expect(await environmentOf({ LANG: 'fi_FI.UTF-8' })).toMatchObject({ LANG: 'C' });
    writeFileSync(join(install.state, 'locales'), 'C C.utf8 fi_FI.utf8 POSIX\n');
    expect(await environmentOf(set)).toMatchObject({ LANG: 'fi_FI.UTF-8', LC_TIME: 'POSIX', LC_NUMERIC: 'C.UTF-8' });
  });
});

describe('paths', () => {
  function makePlaces(): { dir: string; at: (name: string) => string } {
    // Not below /tmp, which the container sees.
    const dir = makeTemporaryDirectory(homedir());
    const at = (name: string): string => join(dir, name);
    mkdirSync(at('job'));
    mkdirSync(at('home'));
    writeFileSync(at('socket'), '');
    symlinkSync(at('job'), at('home/link'));
    return { dir, at };
  }

  test('what a variable names is bound where it is there; else the variable has a stand-in, or is gone', async () => {
    const { environmentOf } = makeWrapped();
    const { at } = makePlaces();
    const there = { TMPDIR: at('job'), SSH_AUTH_SOCK: at('socket') };
    const got = await environmentOf({ ...there, XDG_RUNTIME_DIR: at('gone'), SSL_CERT_DIR: '/etc/ssl/certs' });
    expect(got).toMatchObject(there);
    expect(got).not.toHaveProperty('XDG_RUNTIME_DIR');
    expect(got).not.toHaveProperty('SSL_CERT_DIR');
    const binds = `${at('job')}:${at('job')},${at('socket')}:${at('socket')}`;
    expect([got.SINGULARITY_BIND, got.APPTAINER_BIND].map((list) => list?.endsWith(binds))).toEqual([true, true]);
    expect((await environmentOf({ TMPDIR: at('gone') })).TMPDIR).toBe('/tmp');
    // Inside, `..` would lead elsewhere; what programs make needs the directory above.
    const roundabout = await environmentOf({ TMPDIR: `/tmp/..${at('job')}`, XDG_CACHE_HOME: at('home/new/cache') });
    expect(roundabout).toMatchObject({ TMPDIR: at('job'), XDG_CACHE_HOME: at('home/new/cache') });
    expect(roundabout.APPTAINER_BIND).toContain(`${at('job')}:${at('job')},${at('home')}:${at('home')}`);
  });

  test('what is seen in the container already is not bound: home, /tmp, binds; but what links lead to is', async () => {
    const { environmentOf, install } = makeWrapped();
    const { dir, at } = makePlaces();
    const plain = (await environmentOf({})).APPTAINER_BIND;
    expect(
      (await environmentOf({ TMPDIR: install.fakes, HOME: at('home'), XDG_RUNTIME_DIR: at('home') })).APPTAINER_BIND,
    ).toBe(plain);
    const mine = `${dir}:${dir}`;
    expect((await environmentOf({ TMPDIR: at('job'), SINGULARITY_BIND: mine })).APPTAINER_BIND).toBe(
      `${plain},${mine}`,
    );
    const linked = await environmentOf({ TMPDIR: at('home/link/'), HOME: at('home') });
    expect(linked).toMatchObject({ TMPDIR: at('home/link/'), APPTAINER_BIND: `${plain},${at('job')}:${at('job')}` });
  });

  test('the directory that the current one is a link to is bound; where it is none, nothing is', async () => {
    const { environmentOf } = makeWrapped();
    const { at } = makePlaces();
    const plain = (await environmentOf({})).APPTAINER_BIND;
    const link = at('home/link');
    const got = await environmentOf({ PWD: link, HOME: at('home') }, { cwd: link });
    expect(got).toMatchObject({ PWD: link, APPTAINER_BIND: `${plain},${at('job')}:${at('job')}` });
    expect(got).not.toHaveProperty('OLDPWD');
    expect((await environmentOf({ HOME: at('home') }, { cwd: at('job') })).APPTAINER_BIND).toBe(plain);
  });
});

describe('another module is loaded', () => {
  const other = {
    container_variables: ['OMP_NUM_THREADS', '4', 'SHARED', 'other'],
    packed_variables: ['PIP_PYTHON', '/runscripts/pip-when-packed'],
    container_path: ['/runscripts', '/opt/other/bin'],
    default_venv: 'o',
  };

  function loaded(root: string): Record<string, string> {
    const inside = { OMP_NUM_THREADS: '4', SHARED: 'other', VIRTUAL_ENV: '/user-software/venv/o' };
    const path = '/runscripts:/user-software/venv/o/bin:/opt/other/bin:/mine/bin';
    const binds = `/etc:/etc,${root}/runscripts:/runscripts:ro,${root}/user-software:/user-software,/usr:/data`;
    return Object.fromEntries(
      ['SINGULARITY', 'APPTAINER'].flatMap((runtime) => [
        [`${runtime}_BIND`, binds],
        [`${runtime}ENV_PREPEND_PATH`, path],
        ...Object.entries(inside).map(([name, value]) => [`${runtime}ENV_${name}`, value]),
      ]),
    );
  }

  test('a wrapper sees its own settings, and those of the user', async () => {
    const wrapped = makeWrapped(
      {},
      { module_variables: ['CONTAINERROOT=/not/here'], container_variables: ['SHARED', 'own'], default_venv: 'v' },
    );
    const another = makeWrapped({}, { ...other, module_binds: ['/etc', '/etc', '', 'optional'] }).install.root;
    const env = {
      ...loaded(another),
      CONTAINERROOT: another,
      SINGULARITYENV_MINE: '1',
      SINGULARITY_NV: '1',
      APPTAINER_ROCM: '1',
    };
    const got = await wrapped.environmentOf(env);
    const own = join(wrapped.install.root, 'user-software');
    for (const runtime of ['SINGULARITY', 'APPTAINER'])
      expect(got).toMatchObject({
        [`${runtime}_BIND`]: `${own}:/user-software,/usr:/data`,
        [`${runtime}ENV_SHARED`]: 'own',
        [`${runtime}ENV_VIRTUAL_ENV`]: '/user-software/venv/v',
        [`${runtime}ENV_PREPEND_PATH`]: '/runscripts:/user-software/venv/v/bin:/mine/bin',
      });
    for (const name of ['SINGULARITYENV_OMP_NUM_THREADS', 'SINGULARITY_NV', 'APPTAINER_ROCM'])
      expect(got).not.toHaveProperty(name);
    expect(got).toMatchObject({ SINGULARITYENV_MINE: '1', CONTAINERROOT: wrapped.install.root });
    const users = await wrapped.environmentOf({ ...env, SINGULARITYENV_OMP_NUM_THREADS: '2' });
    expect(users).toMatchObject({ SINGULARITYENV_OMP_NUM_THREADS: '2' });
  });

  test('its own module counts as it is, with what the user has changed since', async () => {
    const { environmentOf, install } = makeWrapped({}, { ...other, module_binds: ['/etc', '/etc', '', 'optional'] });
    const env = {
      ...loaded(install.root),
      CONTAINERROOT: install.root,
      SINGULARITYENV_SHARED: 'mine',
      SINGULARITY_BIND: '/usr:/user-software',
    };
    expect(await environmentOf(env)).toMatchObject({
      SINGULARITY_BIND: '/etc:/etc,/usr:/data,/usr:/user-software',
      APPTAINER_BIND: '/etc:/etc,/usr:/data,/usr:/user-software',
      SINGULARITYENV_SHARED: 'mine',
      APPTAINERENV_SHARED: 'mine',
      APPTAINERENV_PREPEND_PATH: loaded('').APPTAINERENV_PREPEND_PATH,
    });
  });

  test('the virtual environment that was named at the load stays', async () => {
    const { environmentOf, install } = makeWrapped({}, { default_venv: 'x' });
    const env = { CONTAINERROOT: install.root, APPTAINERENV_VIRTUAL_ENV: '/user-software/venv/named' };
    expect(await environmentOf(env)).toMatchObject({
      SINGULARITYENV_VIRTUAL_ENV: '/user-software/venv/named',
      SINGULARITYENV_PREPEND_PATH: '/runscripts:/user-software/venv/named/bin',
    });
    expect(existsSync(install.root)).toBe(true);
  });
});

test('with functions to take away, the locale, an equals sign in the path of the runtime and the exit status are kept', async () => {
  const { install } = makeWrapped();
  const runtime = writeProgram(
    join(install.fakes, 'a=b/run'),
    // biome-ignore lint/suspicious/noTemplateCurlyInString: of bash
    'printf "%s," "${LC_ALL-none}" "${MY-}" "${@: -2}"; exit 7',
  );
  for (const [env, locale] of [
    [{}, 'none'],
    [{ LC_ALL: 'C.UTF-8' }, 'C.UTF-8'],
  ] as const) {
    const functions = { 'BASH_FUNC_module%%': '() {  echo\n}', CTINSTALL_RUNTIME: runtime, MY: '1' };
    const ran = await install.run('in-container', ['a b', 'x=y'], { env: { ...functions, ...env } });
    expect(ran).toMatchObject({ status: 7, stdout: `${locale},1,a b,x=y,` });
  }
});
