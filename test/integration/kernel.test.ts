import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { makeSandbox, type Sandbox } from '../harness/sandbox.ts';

let sandbox: Sandbox;
let remove: () => void;

beforeAll(async () => {
  sandbox = makeSandbox((whenDone) => {
    remove = whenDone;
  });
  sandbox.write('Py-1.yaml', 'name: Py\nversion: "1"\nimage: { file: venv.sif }\nenv: { module: { SOME: "a b" } }\n');
  await sandbox.succeed('ctinstall --image-dir "$CT_IMAGES" Py-1.yaml');
});

afterAll(() => remove());

/** A stand-in for the package, which is not in the image. */
const launcher = 'import os, sys\nprint(sys.prefix, sys.argv[1:], os.environ["SOME"])\n';

test('a kernel starts as Jupyter starts it, with no module loaded', async () => {
  sandbox.write('packages/ipykernel/__init__.py', '');
  sandbox.write('packages/ipykernel_launcher.py', launcher);
  const environment = { SINGULARITYENV_PYTHONPATH: join(sandbox.dir, 'packages') };
  const { status, stdout, stderr } = await sandbox.run('ctinstall kernel Py', environment);
  const path = join(sandbox.dir, '.local/share/jupyter/kernels/py-1/kernel.json');
  expect([status, stdout, stderr]).toEqual([0, `wrote ${path}\n`, '']);
  const spec = JSON.parse(readFileSync(path, 'utf8'));
  expect(spec).toMatchObject({ display_name: 'Py/1', language: 'python' });
  const argv = spec.argv.map((word: string) => `'${word.replace('{connection_file}', '/tmp/kernel 1.json')}'`);
  expect(await sandbox.succeed(argv.join(' '), environment)).toBe("/opt/venv ['-f', '/tmp/kernel 1.json'] a b\n");
  // Again, under a name of its own, and removed.
  await sandbox.succeed(
    'ctinstall kernel Py; JUPYTER_DATA_DIR=data ctinstall kernel --name X.1 --display-name "my X" Py',
  );
  expect(JSON.parse(readFileSync(join(sandbox.dir, 'data/kernels/X.1/kernel.json'), 'utf8')).display_name).toBe('my X');
  await sandbox.succeed('module load Py; ctinstall kernel --remove');
  expect(existsSync(path)).toBe(false);
});

test('a Python without ipykernel, a kernel of somebody else, a name that is none', async () => {
  const { run, write } = sandbox;
  const without = await run('ctinstall kernel Py/1');
  expect([without.status, without.stderr]).toEqual([
    0,
    expect.stringMatching(/has no ipykernel.*\n+hint: .* -m pip install/),
  ]);
  const noPython = await run('ctinstall kernel --python pypy Py/1');
  expect(noPython.stderr).toMatch(/`pypy` of Py\/1 could not be tried/);
  write('kernels/mine/kernel.json', '{"argv": []}');
  const kept = await run('ctinstall kernel --directory kernels --name mine Py');
  expect([kept.status, kept.stderr]).toEqual([2, expect.stringContaining('is a kernel that ctinstall did not write')]);
  const { stdout, stderr } = await run(`kernel() { ctinstall kernel "$@" >&2; echo $?; }
    kernel --directory kernels --name mine --remove Py; kernel --directory kernels --name mine --force Py
    kernel --name ../x Py; kernel --remove --name none Py; kernel none`);
  expect(stdout).toMatch(/^2\n0\n2\n1\n[12]\n$/);
  expect(stderr).toContain('`none` is not installed');
});
