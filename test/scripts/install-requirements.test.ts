import { execFileSync } from 'node:child_process';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { makeTemporaryDirectory, run, writeProgram } from './install.ts';

const script = fileURLToPath(new URL('../../runscripts/install-requirements', import.meta.url));

/** Stands for uv, which notes what it is asked, and says that it would install $UV_WOULD. */
const uv = `case $1 in
  --version) echo 'uv 0.5.0' ;;
  pip)
    printf '%s\\n' "uv $*" >>"$LOG"
    for argument; do if [ "$argument" = --dry-run ]; then printf ' + %s==1.0\\n' $UV_WOULD >&2; fi; done ;;
esac
exit "\${UV_STATUS-0}"`;

interface Given {
  readonly requirements?: string;
  readonly installer?: string;
  readonly options?: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  readonly hasUv?: 'on PATH' | 'of the host' | 'no';
}

/** Runs it with a Python that has the package \`known\`, and gives back what was called. */
async function install({
  requirements = 'a==1\n',
  installer = 'auto',
  options = [],
  env = {},
  hasUv = 'on PATH',
}: Given) {
  const dir = makeTemporaryDirectory();
  const file = join(dir, 'requirements.txt');
  mkdirSync(join(dir, 'bin'));
  mkdirSync(join(dir, 'venv/bin'), { recursive: true });
  writeFileSync(file, requirements);
  writeFileSync(join(dir, 'log'), '');
  writeProgram(
    join(dir, 'venv/bin/python'),
    `if [ "$1" = -c ]; then
      python3 -c 'import sys; sys.exit("importlib.metadata" not in sys.argv[1])' "$2" && while read -r name; do if [ "$name" = known ]; then echo known; fi; done
    else printf '%s\\n' "python $*" >>"$LOG"; exit "\${PIP_STATUS-0}"; fi`,
  );
  const other = join(dir, 'uv');
  if (hasUv === 'on PATH') writeProgram(join(dir, 'bin/uv'), uv);
  if (hasUv === 'of the host') writeProgram(other, uv);
  const all = { PATH: `${join(dir, 'bin')}:/usr/bin:/bin`, LOG: join(dir, 'log'), UV_WOULD: 'a', ...env };
  const ran = await run(
    ['sh', script, join(dir, 'venv'), file, installer, hasUv === 'of the host' ? other : '', ...options],
    { env: all },
  );
  const called = readFileSync(join(dir, 'log'), 'utf8').replaceAll(dir, '').split('\n').slice(0, -1);
  return { ...ran, called: called.filter((line) => !line.includes('--dry-run')) };
}

const byUv = (...options: string[]): string[] => [['uv pip install --python /venv/bin/python', ...options].join(' ')];
const byPip = (...options: string[]): string[] => [
  ['python -m pip install -r /requirements.txt', ...options].join(' '),
];

test('uv does it where it is, on PATH or bound in, with the same options', async () => {
  const options = ['--no-index', '--find-links', '/w', '-c', '/c', '--index-url=https://x'];
  expect((await install({ options })).called).toEqual(byUv('-r /requirements.txt', ...options));
  expect((await install({ hasUv: 'of the host' })).called).toEqual(byUv('-r /requirements.txt'));
  expect((await install({ requirements: 'a==1 \\\n  --hash=sha256:ab\n-f /w\n' })).called).toEqual(
    byUv('--require-hashes', '-r /requirements.txt'),
  );
});

test.each<[string, Given]>([
  ['there is no uv', { hasUv: 'no' }],
  ['it was asked for', { installer: 'pip' }],
  ['uv does not run here', { env: { UV_STATUS: '1' } }],
  ['uv would hide a package of the image', { env: { UV_WOULD: 'a known' } }],
  ['the file holds an option that uv has not', { requirements: 'a==1\n--pre\n' }],
])('pip does it where %s', async (_what, given) => {
  expect((await install(given)).called).toEqual(byPip());
});

test('pip does it where uv does not know an option', async () => {
  const { called, stdout } = await install({ options: ['--no-index', '--progress-bar', 'off'] });
  expect(called).toEqual(byPip('--no-index', '--progress-bar', 'off'));
  expect(stdout).toContain('uv has no option `--progress-bar`');
});

test('uv that is insisted on', async () => {
  expect((await install({ installer: 'uv', env: { UV_WOULD: 'known' } })).called).toEqual(byUv('-r /requirements.txt'));
  const without = await install({ installer: 'uv', hasUv: 'no' });
  expect([without.status, without.called]).toEqual([1, []]);
  expect(without.stderr).toMatch(/^error: there is no `uv`.*\nhint: /);
});

test('its exit status is that of the one which did it', async () => {
  expect((await install({ hasUv: 'no', env: { PIP_STATUS: '3' } })).status).toBe(3);
  execFileSync('sh', ['-n', script]);
});
