import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { expectOfSchema } from '../harness/json-output.ts';
import { makeSandbox, type Sandbox } from '../harness/sandbox.ts';
import { makeWheel } from '../harness/wheel.ts';

let sandbox: Sandbox;
let remove: () => void;

beforeAll(async () => {
  sandbox = makeSandbox((whenDone) => {
    remove = whenDone;
  });
  // Programs of a virtual environment have wrappers, which must not hide the Python of the image when another is made.
  sandbox.write(
    'py-1.yaml',
    'name: py\nversion: "1"\nimage: { file: venv.sif }\nwrappers: [start-shell, { name: plain, command: python3 }, { from: /user-software/venv/own/bin }]\npython: { venv: { name: own } }\n',
  );
  sandbox.write('req/r.txt', '-f ../wheels\ndemo_a==1.0\n');
  await sandbox.succeed(`${makeWheel('demo_a')}; ctinstall --image-dir "$CT_IMAGES" py-1.yaml`);
});

afterAll(() => remove());

test('what is no name, no action, no option for it is refused', async () => {
  for (const [words, message] of [
    ['create py', /no name is given/],
    ['create py --name ../x', /`..\/x` is no name/],
    ['create py --name x --pip-option=--target=/y', /to another place than the virtual environment/],
    ['create py --name x --requirements none.txt', /there is no requirements file/],
    ['toString py', /`toString` is no action/],
    ['list', /no module of ctinstall is loaded\n+hint: load one \(.*\), or name it, such as `mpi4py\/…`/],
  ] as const) {
    const { status, stderr } = await sandbox.run(`ctinstall venv ${words}`);
    expect([words, status, stderr]).toEqual([words, 2, expect.stringMatching(message)]);
  }
});

test('one whose making failed or was killed is none: it is not listed as whole, and made anew', async () => {
  sandbox.write('none.txt', 'not_there\n');
  const failed = await sandbox.run(
    `ctinstall venv create py --name x --requirements none.txt --pip-option=--no-index; echo "$?"; ctinstall venv list py`,
  );
  expect(failed.stdout).toBe('1\nown  (default)\n');
  expect(failed.stderr).toContain('No matching distribution found for not_there');
  const killed = await sandbox.run(`venvs=$CTINSTALL_PREFIX/software/py/1/user-software/venv
    # With all that the runtime has started, or the program that mounts the image would go on for ever.
    below() { for each in $(ps -o pid= --ppid "$1"); do below "$each"; echo "$each"; done; }
    ctinstall venv create py --name two & pid=$!
    until [ -e "$venvs/two/pyvenv.cfg" ]; do sleep 0.05; done
    kill -KILL $pid $(below $pid); wait
    ctinstall venv list py; ls -A "$venvs"
    (CTINSTALL_VENV=two module load py; echo "load $?")
    CTINSTALL_VENV=two "$CTINSTALL_PREFIX/software/py/1/bin/plain" -V; echo "bare $?"
    touch "$venvs/two/half"; ctinstall venv create py --name two --requirements req/r.txt --pip-option=--no-index
    ctinstall venv list py; [ -e "$venvs/two/half" ] || echo anew`);
  expect(killed.stdout).toContain('two  (not whole: it was stopped)\n');
  expect(killed.stdout).toContain('load 1\nbare 1\n');
  // Of the module and of the wrapper without it.
  expect(killed.stderr.match(/that is not there: two\./g)).toHaveLength(2);
  expect(killed.stderr).toContain('There are: own\n');
  expect(killed.stdout).toMatch(/created two\nown {2}\(default\)\ntwo\nanew\n$/);
  expect(existsSync(join(sandbox.prefix, 'software/py/1/user-software/venv/own/bin/python'))).toBe(true);
});

const where = `start-shell -c 'python3 -c "import sys; print(sys.prefix)"'`;

test('several virtual environments: made with packages and the Python of the image, chosen at load, listed in both forms, removed', async () => {
  const { stdout, stderr } = await sandbox.run(`
    ctinstall venv create py --name bare --no-system-site-packages --json
    ctinstall venv create py --name own; echo "own $?"
    module load py; ${where}
    CTINSTALL_VENV=two; export CTINSTALL_VENV; module load py; ${where}
    start-shell -c 'python3 -c "import demo_a, of_the_image; print(demo_a.version)"'
    module unload py; "$CTINSTALL_PREFIX/software/py/1/bin/plain" -c 'import sys; print(sys.prefix)'
    "$CTINSTALL_PREFIX/software/py/1/bin/python" -c 'import of_the_image, sys; print(sys.prefix)'
    for venv in own two; do grep -o "'/[^/]*/[^/]*/" "$CTINSTALL_PREFIX/software/py/1/user-software/venv/$venv"/lib/python*/site-packages/_container.pth | sed "s|^|$venv: |" | sort -u; done
    CTINSTALL_VENV=bare "$CTINSTALL_PREFIX/software/py/1/bin/in-container" sh -c 'python3 -c "import of_the_image" 2>/dev/null || echo "not shown"'
    unset CTINSTALL_VENV; module load py
    ctinstall venv list; ctinstall squashfs >/dev/null; ctinstall venv list py
    ctinstall venv create --name x; echo "packed $?"
    ctinstall venv remove --name two --yes; echo "packed $?"
    ctinstall squashfs unmake >/dev/null
    ctinstall venv remove --name two; echo "asked $?"
    ctinstall venv remove --yes --name two; ctinstall venv remove --yes --name two; echo "gone $?"
    ctinstall venv list --json; ls -A "$CONTAINERROOT/user-software/venv"; ls -A "$CTINSTALL_PREFIX/.ctinstall/retired" | sed 's/^/left: /'; ctinstall verify >&2 && echo verified`);
  const lines = stdout.split('\n');
  expectOfSchema('venv create', lines[0] ?? '');
  const list = ['bare', 'own  (default)', 'two'];
  expect(lines.slice(0, lines.indexOf('[') + 1)).toEqual([
    '{"event":"venv-created","module":"py/1","name":"bare"}',
    'own 2',
    '/user-software/venv/own',
    '/user-software/venv/two',
    '1.0',
    '/user-software/venv/two',
    '/user-software/venv/two',
    "own: '/opt/venv/",
    "two: '/opt/venv/",
    'not shown',
    ...list,
    ...list,
    'packed 1',
    'packed 1',
    'asked 2',
    'removed two',
    'gone 1',
    '[',
  ]);
  expect(stdout).toContain('"isDefault": true');
  expect(stdout).not.toContain('.incomplete');
  expect(stdout).toMatch(/\nverified\n$/);
  expect(stdout).not.toContain('left: ');
  expect(stderr).toContain('hint: unpack it: ctinstall squashfs unmake py/1');
  expect(stderr).toContain('there is a virtual environment `own` already');
});
