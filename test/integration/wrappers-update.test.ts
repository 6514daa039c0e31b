import { expect, test } from 'vitest';
import { makeSandbox } from '../harness/sandbox.ts';
import { makeWheel } from '../harness/wheel.ts';

const environment = 'export PIP_NO_INDEX=1 PIP_FIND_LINKS=$PWD/wheels CTINSTALL_IMAGE_DIRS=$CT_IMAGES';

test('console scripts that were installed later get wrappers, keep them, and lose them with the package', async () => {
  const sandbox = makeSandbox();
  sandbox.write(
    'py-1.yaml',
    'name: py\nversion: "1"\nimage: { file: venv.sif }\nwrappers: [python, pip]\npython: { venv: { name: own } }\n',
  );
  const installed = await sandbox.run(`${makeWheel('demo_tool')}; ${environment}; ctinstall py-1.yaml
    module load py; pip install demo_tool >&2; pip install demo_tool >&2; ctinstall wrappers update; demo_tool x
    ctinstall wrappers update py`);
  const note = 'note: only the container knows demo_tool; to call them from here: ctinstall wrappers update py/1\n';
  expect(installed.stderr.split(note).length).toBe(2);
  expect(installed.stdout).toMatch(/made demo_tool\ndemo_tool 1\.0 \S+ x\n$/);
  expect(installed.stderr).toContain('py/1 has wrappers of all its console scripts\n');
  const later = await sandbox.succeed(`${environment}; module load py; ctinstall regenerate py >&2; demo_tool a
    ctinstall --rebuild py-1.yaml >&2; demo_tool b; ctinstall verify
    pip uninstall -qy demo_tool >&2; ctinstall wrappers update; ls "$CONTAINERROOT/bin"`);
  expect(later).toMatch(/^demo_tool 1\.0 \S+ a\ndemo_tool 1\.0 \S+ b\npy\/1: as installed\nremoved demo_tool\n/);
  expect(later.split('\n')).not.toContain('demo_tool');
});

test('regenerate brings wrappers of `from:` up to date, and starts no container', async () => {
  const sandbox = makeSandbox();
  const from = '/user-software/venv/own/bin';
  sandbox.write(
    'py-1.yaml',
    `name: py\nversion: "1"\nimage: { file: venv.sif }\nwrappers: [{ from: ${from} }]\npython: { venv: { name: own } }\n`,
  );
  const out = await sandbox.succeed(`${makeWheel('demo_tool')}; ${environment}; ctinstall py-1.yaml >&2
    module load py; pip install -q demo_tool >&2; rm "$SIF"; mkdir none
    ctinstall regenerate --dry-run --json py | grep -c bin/demo_tool; ctinstall regenerate py >&2
    ls "$CONTAINERROOT/bin"; ctinstall --dry-run --module-only py-1.yaml`);
  expect(out).toMatch(/^1\n/);
  expect(out.split('\n')).toEqual(expect.arrayContaining(['demo_tool', 'pip', 'python', 'python3']));
});
