import { expect, test } from 'vitest';
import { makeSandbox } from '../harness/sandbox.ts';
import { makeWheel } from '../harness/wheel.ts';

function easyconfig(version: string, suffix = '', more = ''): string {
  return `name: py\nversion: "${version}"\n${suffix === '' ? '' : `versionsuffix: "${suffix}"\n`}image: { file: venv.sif }\nwrappers: [python, pip]\npython: { venv: { name: own } }\n${more}`;
}

test('the newer version is installed beside the old one, with the packages that the user added', async () => {
  const sandbox = makeSandbox();
  await sandbox.succeed(`${makeWheel('demo_tool')}; ${makeWheel('gone_tool')}`);
  for (const version of ['1.9', '1.10']) sandbox.write(`recipes/py-${version}.yaml`, easyconfig(version));
  sandbox.write('recipes/py-2.0-other.yaml', easyconfig('2.0', '-other'));
  const flags =
    'export CTINSTALL_EASYCONFIGS=$PWD/recipes CTINSTALL_IMAGE_DIRS=$CT_IMAGES PIP_NO_INDEX=1 PIP_FIND_LINKS=$PWD/wheels';
  const before = await sandbox.succeed(`${flags}; ctinstall py/1.9 >&2
    module load py/1.9; pip install -q demo_tool gone_tool >&2; module unload py; ctinstall outdated`);
  expect(before).toBe(`py/1.9  py/1.10  ${sandbox.dir}/recipes/py-1.10.yaml\n`);
  const ran = await sandbox.run(`${flags}; rm wheels/gone_tool*; ctinstall upgrade --default py`);
  expect(ran.status).toBe(1);
  expect(ran.stderr).toContain('py/1.10 has these of py/1.9 too: demo_tool==1.0\n');
  expect(ran.stderr).toContain('py/1.9 stays; when you need it no more: ctinstall uninstall py/1.9\n');
  expect(ran.stderr).toMatch(/error: 1 package could not be carried over\n {2}gone_tool==1\.0: .*gone_tool/);
  expect(ran.stderr).toContain('to try again: module load py/1.10; pip install gone_tool==1.0\n');
  const after = await sandbox.succeed(`${flags}; module load py; echo "$LOADEDMODULES" | tr : '\\n' | grep py
    python -c 'import demo_tool; print(demo_tool.version)'; ctinstall upgrade py; ctinstall outdated; ctinstall list py`);
  expect(after).toMatch(/^py\/1\.10\n1\.0\n[\s\S]*py\/1\.9/);
  const again = await sandbox.run(`${flags}; ctinstall upgrade py; ctinstall --default py/1.9 2>/dev/null
    ctinstall upgrade --default py; module load py; echo "$LOADEDMODULES"; ctinstall show pyy`);
  expect(again.stdout).toMatch(/py\/1\.10\n$/);
  expect(again.stderr).toMatch(
    /^py\/1\.10 is the newest\npy\/1\.10 is the newest, and the default version now\nerror: `pyy` .*\n+hint: did you mean `py`\?\n$/,
  );
});
