import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { makeProject, project } from '../harness/project.ts';
import { standInImage } from '../harness/sandbox.ts';
import { makeWheel } from '../harness/wheel.ts';

/* Packages that a member of a project installs whose umask lets nobody else read what he writes. */

const software = '"$CTINSTALL_PREFIX/software/py/1/user-software"';
const closed = `find ${software} ! -type l \\( ! -perm -040 -o -type d ! -perm -2070 -o ! -group ${project} \\)`;
const wheels = '--quiet --disable-pip-version-check --no-index --find-links wheels';

test('pip and venv leave what the others can use and change; what programs write stays the user\u2019s', () => {
  const { dir, run } = makeProject();
  writeFileSync(
    join(dir, 'py-1.yaml'),
    `name: py\nversion: "1"\nimage: { file: ${standInImage} }\nwrappers: [start-shell, python3, pip]\npython: { venv: { name: own } }\n`,
  );
  const first = run(
    'first',
    `umask 077; set -e
    ctinstall --image-dir "$CT_IMAGES" ../py-1.yaml
    ${['one', 'two', 'three', 'four'].map((name) => makeWheel(name)).join('\n')}
    module load py
    pip install ${wheels} one
    python3 -m pip install ${wheels} two
    start-shell -c 'pip install ${wheels} three'
    singularity exec "$SIF" pip install ${wheels} four
    python3 -m venv /user-software/venv/second
    python3 -m venv --without-pip mine
    python3 -c 'open("out", "w"); open("/user-software/out", "w")'
    stat -c '%a' out mine ${software}/out; rm ${software}/out
    ${closed}`,
  );
  expect(first.status, first.stderr).toBe(0);
  expect(first.stdout.split('\n').slice(-4)).toEqual(['600', '700', '600', '']);
  const second = run(
    'second',
    `umask 077; set -e; ${makeWheel('one', { version: '2.0' })}; module load py
    pip install ${wheels} --upgrade one; pip uninstall --quiet -y two; start-shell -c one; ${closed}`,
  );
  expect(second.status, second.stderr).toBe(0);
  expect(second.stdout).toMatch(/^one 2\.0 \S+\n$/);

  // By a pip that knows nothing of that.
  const past = run(
    'second',
    `umask 077; cd ${software}/venv/own/lib/python3*/site-packages; chmod 600 one.py; ls -d "$PWD/one.py"; mkdir -m 700 more; touch more/x`,
  );
  const verified = run('first', 'ctinstall verify; ctinstall verify --quick; ctinstall regenerate --all');
  expect(verified.stdout).toMatch(/^py\/1: 1 difference\n {2}(.*)\npy\/1: as installed\n$/);
  expect(verified.stdout).toContain('is closed to others who share the install: user ');
  expect(verified.stdout).toContain('(and 1 more) ');
  expect(past.status).toBe(0);
  const mended = run('second', `umask 077; ctinstall regenerate py; ctinstall verify; ${closed}`);
  expect(mended.stderr).toContain(
    'gave 3 files and directories of the user software of py/1 the permissions of the prefix',
  );
  expect(mended.stdout).toBe('py/1: as installed\n');
});
