import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { makeSandbox, type Sandbox, standInImage } from '../harness/sandbox.ts';
import { makeWheel } from '../harness/wheel.ts';

const install = 'ctinstall --image-dir "$CT_IMAGES" py-1.yaml';
const offline = 'pip_options: [--no-index, --find-links, wheels]';

/** An easyconfig with a venv `own`. */
function recipe(image: string, venv: string, { python = '', more = '' } = {}): string {
  return `name: py\nversion: "1"\nimage: { file: ${image} }\nwrappers: [start-shell]\n${more}python:\n  venv: { name: own, ${venv} }\n${python}`;
}

const versionOf = (name: string): string =>
  `module load py; start-shell -c 'python -c "import ${name}; print(${name}.__file__, ${name}.version)"'`;

async function withWheels(...names: string[]): Promise<Sandbox> {
  const sandbox = makeSandbox();
  for (const name of names) await sandbox.succeed(makeWheel(name, { directory: 'recipes/wheels' }));
  return sandbox;
}

describe('requirements are installed with no network, from wheels beside the easyconfig', () => {
  test.each([
    ['a plain Python', standInImage, '', ''],
    ['conda’s', standInImage, '  conda_env: mpi4py\n', 'mpi4py'],
    ['one in a virtual environment of the image', 'venv.sif', '', 'of_the_image'],
  ])('%s', async (_what, image, python, shown) => {
    const sandbox = await withWheels('demo_a');
    sandbox.write('recipes/py-1.yaml', recipe(image, `requirements: [demo_a==1.0], ${offline}`, { python }));
    await sandbox.succeed(`cd / && ${install.replace('py-1', `${sandbox.dir}/recipes/py-1`)}`);
    const out = await sandbox.succeed(`${versionOf('demo_a')}
      start-shell -c 'python -c "import sys, ${shown || 'json'}; print(sys.prefix)"; head -1 /user-software/venv/own/bin/demo_a'
      ls -A; ctinstall verify >&2; cat "$CONTAINERROOT/.ctinstall/requirements.txt"`);
    expect(out).toMatch(
      /^\/user-software\/venv\/own\/lib\/python3[.0-9]+\/site-packages\/demo_a.py 1.0\n\/user-software\/venv\/own\n#!\/user-software\/venv\/own\/bin\/python3?\n/,
    );
    expect(out).toMatch(/\ndemo_a==1.0\n$/);
    for (const left of ['.cache', '.local', '.config/pip']) expect(existsSync(join(sandbox.dir, left))).toBe(false);
  });

  test('from a file that includes another, with hashes, a wheel by its path and options', async () => {
    const sandbox = await withWheels('demo_a', 'demo_b', 'demo_c');
    sandbox.write('recipes/req/base.txt', 'demo_b==1.0\n');
    sandbox.write('recipes/py-1.yaml', recipe('venv.sif', 'requirements: req/all.txt, pip_options: [--no-index]'));
    const hash = (name: string): string =>
      `--hash=sha256:$(sha256sum < recipes/wheels/${name}-1.0-py3-none-any.whl | cut -c1-64)`;
    const out = await sandbox.succeed(`cat > recipes/req/all.txt <<END
# of the recipe
--find-links ../wheels
-r base.txt
demo_a==1.0 \\\\
    ${hash('demo_a')}
../wheels/demo_c-1.0-py3-none-any.whl ${hash('demo_c')}
END
sed -i "s/\\$/ ${hash('demo_b')}/" recipes/req/base.txt
cd recipes && ${install}
${versionOf('demo_a')}; ${versionOf('demo_b')}; ${versionOf('demo_c')}
cat "$CONTAINERROOT/.ctinstall/requirements.txt"`);
    expect(out.split('\n').filter((line) => line.endsWith(' 1.0'))).toHaveLength(3);
    expect(out).toContain(`\n--find-links ${sandbox.dir}/recipes/wheels\ndemo_b==1.0 --hash=sha256:`);
    const wrong = await sandbox.run(`sed -i 's/sha256:../sha256:00/' recipes/req/base.txt; cd recipes
      ctinstall uninstall --yes --with-user-software py; ${install}`);
    expect(wrong.status).toBe(1);
    expect(wrong.stderr).toContain('THESE PACKAGES DO NOT MATCH THE HASHES');
  });
});

test('where pip fails, the install fails, says why, and leaves nothing', async () => {
  const sandbox = await withWheels('demo_a');
  sandbox.write('recipes/py-1.yaml', recipe('venv.sif', `requirements: [demo_a==1.0, not_there==7], ${offline}`));
  const { status, stderr } = await sandbox.run(`cd recipes; ${install}`);
  expect(status).toBe(1);
  expect(stderr).toMatch(/`install the requirements of \/user-software\/venv\/own` failed with exit status 1/);
  expect(stderr).toContain('No matching distribution found for not_there==7');
  expect(stderr).toMatch(/hint: fix what is to be installed/);
  expect(existsSync(join(sandbox.prefix, 'software'))).toBe(false);
});

test('the recipe’s binds are there, read-only, and the proxy reaches pip', async () => {
  const sandbox = makeSandbox();
  sandbox.write('data/x', 'x');
  sandbox.write(
    'setup/setup.py',
    `import os, sys
from setuptools import setup
with open("/user-software/seen", "w") as seen:
    print(os.environ.get("https_proxy"), os.environ.get("PIP_INDEX_URL"), os.path.exists("/data/x"), os.access("/data", os.W_OK), os.environ["HOME"] != "/", os.listdir(os.environ["HOME"]), file=seen)
setup(name="demo_s", version="1.0", py_modules=[])
`,
  );
  sandbox.write(
    'py-1.yaml',
    recipe(standInImage, 'requirements: r.txt, pip_options: [--no-index, --no-build-isolation]', {
      more: `binds: [{ host: ${sandbox.dir}/data, container: /data, access: rw }]\n`,
    }),
  );
  sandbox.write('r.txt', './demo_s-1.0.tar.gz\n');
  await sandbox.succeed(`mkdir demo_s-1.0; cp setup/setup.py demo_s-1.0; printf 'Metadata-Version: 1.0\\nName: demo_s\\nVersion: 1.0\\n' > demo_s-1.0/PKG-INFO
    tar czf demo_s-1.0.tar.gz demo_s-1.0; mkdir -p .config; touch .config/secret
    https_proxy=http://proxy:1 PIP_INDEX_URL=http://mine ${install}`);
  const seen = readFileSync(join(sandbox.prefix, 'software/py/1/user-software/seen'), 'utf8');
  expect(seen).toMatch(/^http:\/\/proxy:1 None True False True \[.*\]\n$/);
  expect(seen).not.toContain('.config');
});

test('what cannot be is refused before anything is done', async () => {
  const sandbox = makeSandbox();
  sandbox.write('r/editable.txt', '-e .\n');
  sandbox.write('r/circle.txt', '-r circle.txt\n');
  for (const [venv, message] of [
    ['requirements: [-r x]', /`-r x` is an option of pip/],
    ['requirements: ["a\\nb"]', /is more than one line/],
    ['requirements: [a], pip_options: [--target=/x]', /to another place than the virtual environment/],
    [
      'requirements: none.txt',
      /there is no requirements file `.*\/none.txt`\n+hint: requirements that are not in a file are a list/,
    ],
    ['requirements: [a], pip_options: [-f, none]', /`pip_options` names `none`, but there is no `/],
    ['requirements: [a], pip_options: [-f, /usr]', /is a directory of the system/],
    ['requirements: r/editable.txt', /an editable install is of no use to others/],
    ['requirements: r/circle.txt', /circle.txt` includes itself/],
    ['requirements: [a], installer: conda', /installer/],
  ] as const) {
    sandbox.write('py-1.yaml', recipe('venv.sif', venv));
    const { status, stderr } = await sandbox.run(install);
    expect([venv, status, stderr]).toEqual([venv, 2, expect.stringMatching(message)]);
  }
  expect(existsSync(join(sandbox.prefix, 'software'))).toBe(false);
});

test('a rebuild leaves the virtual environment alone, and says that the requirements are others', async () => {
  const sandbox = await withWheels('demo_a', 'demo_b');
  const write = (requirements: string) =>
    sandbox.write('recipes/py-1.yaml', recipe('venv.sif', `requirements: ${requirements}, ${offline}`));
  write('[demo_a==1.0]');
  await sandbox.succeed(`cd recipes && ${install} && ctinstall regenerate --all`);
  const rebuild = () =>
    sandbox.run(
      `cd recipes && ${install} --rebuild && module load py && start-shell -c 'pip list --format freeze; touch /user-software/venv/own/mine'`,
    );
  expect((await rebuild()).stderr).not.toContain('requirements are other');
  write('[demo_a==1.0, demo_b==1.0]');
  const { status, stdout, stderr } = await rebuild();
  expect([status, stdout]).toEqual([0, expect.not.stringContaining('demo_b')]);
  expect(stderr).toMatch(
    /the easyconfig's requirements are other than those of the virtual environment `own`.*ctinstall venv create py\/1 --name/,
  );
  expect(existsSync(join(sandbox.prefix, 'software/py/1/user-software/venv/own/mine'))).toBe(true);
});
