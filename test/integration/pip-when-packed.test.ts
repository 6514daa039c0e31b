import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { makeSandbox, type Sandbox, standInImage } from '../harness/sandbox.ts';
import { makeWheel } from '../harness/wheel.ts';

const offline = '--quiet --disable-pip-version-check --no-index --find-links wheels';

async function installPacked(image: string, python: string): Promise<Sandbox> {
  const sandbox = makeSandbox();
  sandbox.write(
    'py-1.yaml',
    `name: py\nversion: "1"\nimage: { file: ${image} }\nwrappers: [start-shell, python3]\npython: { ${python} }\n`,
  );
  await sandbox.succeed(`${makeWheel('demo_a')}; ctinstall --image-dir "$CT_IMAGES" py-1.yaml; module load py
    start-shell -c 'touch /user-software/x'; ctinstall squashfs`);
  return sandbox;
}

/** What is refused, and what is not. */
const attempts = `module load py
  start-shell -c 'pip install ${offline} demo_a'; echo "pip $?"
  start-shell -c 'python3 -m pip --quiet uninstall -y pip'; echo "uninstall $?"
  module unload py; "$CTINSTALL_PREFIX/software/py/1/bin/python3" -m pip install ${offline} demo_a; echo "wrapper $?"; module load py
  start-shell -c 'python3 -m pip list --format freeze | grep -c "^pip=="'
  [ -e .local ] || echo 'nothing in .local'`;

function expectRefused({ stdout, stderr }: { stdout: string; stderr: string }, packages: string): void {
  const lines = stdout.split('\n').filter((line) => !/user-software|^module load|squashfs/.test(line));
  expect(lines.slice(0, 5)).toEqual(['pip 1', 'uninstall 1', 'wrapper 1', '1', 'nothing in .local']);
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
}

test('pip does not slip from a virtual environment into ~/.local while the user software is packed', async () => {
  const sandbox = await installPacked(standInImage, 'venv: { name: own }');
  const ran = await sandbox.run(`${attempts}
    start-shell -c 'pip install ${offline} --target there demo_a; pip install ${offline} --dry-run demo_a'; echo "others $?"
    start-shell -c 'python3 -m venv mine && mine/bin/pip install ${offline} demo_a && mine/bin/demo_a'; echo "mine $?"
    [ -e .local ] || echo 'still nothing'
    start-shell -c 'pip install ${offline} --user demo_a'; ls -d .local/lib/python*/site-packages/demo_a.py
    ctinstall squashfs unmake; rm -r .local; module load py
    start-shell -c 'env | grep ^PIP_PYTHON'; echo "no guard $?"`);
  expectRefused(ran, '/user-software/venv/own/lib/');
  const lines = ran.stdout.split('\n');
  expect(lines).toEqual(expect.arrayContaining(['others 0', 'still nothing', 'no guard 1']));
  expect(lines).toContainEqual(expect.stringMatching(/^demo_a 1.0 .*\/mine\/bin\/python/));
  expect(existsSync(join(sandbox.dir, 'there/demo_a.py'))).toBe(true);
});

test('nor from a Python of the image, with no virtual environment', async () => {
  const sandbox = await installPacked('venv.sif', '');
  expectRefused(await sandbox.run(attempts), '/opt/venv/lib/');
});
