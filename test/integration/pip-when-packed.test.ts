import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { makeSandbox, standInImage } from '../harness/sandbox.ts';
import { makeWheel } from '../harness/wheel.ts';

const offline = '--quiet --disable-pip-version-check --no-index --find-links wheels';

test.each([
  ['a virtual environment', standInImage, 'venv: { name: own }', '/user-software/venv/own/lib/'],
  ['a Python of the image, with no virtual environment', 'venv.sif', '', '/opt/venv/lib/'],
])('%s: pip does not slip into ~/.local while the user software is packed', async (_what, image, python, packages) => {
  const sandbox = makeSandbox();
  sandbox.write(
    'py-1.yaml',
    `name: py\nversion: "1"\nimage: { file: ${image} }\nwrappers: [start-shell, python3]\npython: { ${python} }\n`,
  );
  await sandbox.succeed(`${makeWheel('demo_a')}; ctinstall --image-dir "$CT_IMAGES" py-1.yaml; module load py
    start-shell -c 'touch /user-software/x'; ctinstall squashfs; module load py`);
  const { stdout, stderr } = await sandbox.run(`module load py
    start-shell -c 'pip install ${offline} demo_a'; echo "pip $?"
    start-shell -c 'python3 -m pip --quiet uninstall -y pip'; echo "uninstall $?"
    module unload py; "$CTINSTALL_PREFIX/software/py/1/bin/python3" -m pip install ${offline} demo_a; echo "wrapper $?"; module load py
    start-shell -c 'python3 -m pip list --format freeze | grep -c "^pip=="; pip install ${offline} --target there demo_a; pip install ${offline} --dry-run demo_a'; echo "others $?"
    start-shell -c 'python3 -m venv mine && mine/bin/pip install ${offline} demo_a && mine/bin/demo_a'; echo "mine $?"
    [ -e .local ] || echo 'nothing in .local'
    start-shell -c 'pip install ${offline} --user demo_a'; ls -d .local/lib/python*/site-packages/demo_a.py
    ctinstall squashfs unmake; rm -r .local; module load py
    start-shell -c 'env | grep ^PIP_PYTHON'; echo "no guard $?"`);
  const lines = stdout.split('\n').filter((line) => !/user-software|^module load|squashfs/.test(line));
  expect(lines.slice(0, 4)).toEqual(['pip 1', 'uninstall 1', 'wrapper 1', '1']);
  expect(lines).toContain('others 0');
  expect(lines).toContainEqual(expect.stringMatching(/^demo_a 1.0 .*\/mine\/bin\/python/));
  expect(lines).toContain('nothing in .local');
  expect(lines).toContain('no guard 1');
  expect(existsSync(join(sandbox.dir, 'there/demo_a.py'))).toBe(true);
  const said = stderr.split('\n').filter((line) => line.startsWith('error: '));
  expect(said).toEqual([
    expect.stringMatching(
      `^error: the user software of py/1 is packed, and read-only: pip cannot install in ${packages}`,
    ),
    expect.stringMatching(`: pip cannot uninstall in ${packages}`),
    expect.stringMatching(`: pip cannot install in ${packages}`),
    ...said.slice(3),
  ]);
  expect(stderr).toContain('hint: unpack it on the host, and load the module again: ctinstall squashfs unmake py/1');
});
