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

const versionOf = (name: string): string => `python -c "import ${name}; print(${name}.__file__, ${name}.version)"`;

async function withWheels(...names: string[]): Promise<Sandbox> {
  const sandbox = makeSandbox();
  for (const name of names) await sandbox.succeed(makeWheel(name, { directory: 'recipes/wheels' }));
  return sandbox;
}

/** What a script of one installed `demo_a` says. */
function shownBy(sandbox: Sandbox, module = 'json'): Promise<string> {
  return sandbox.succeed(`module load py
    start-shell -c '${versionOf('demo_a')}; python -c "import sys, ${module}; print(sys.prefix)"; head -1 /user-software/venv/own/bin/demo_a'
    ctinstall verify >&2; cat "$CONTAINERROOT/.ctinstall/requirements.txt"`);
}

function expectInVenv({ dir }: Sandbox, shown: string): void {
  expect(shown).toMatch(
    /^\/user-software\/venv\/own\/lib\/python3[.0-9]+\/site-packages\/demo_a.py 1.0\n\/user-software\/venv\/own\n#!\/user-software\/venv\/own\/bin\/python3?\n/,
  );
  for (const left of ['.cache', '.local', '.config/pip']) expect(existsSync(join(dir, left))).toBe(false);
}

describe('requirements are installed with no network, from wheels beside the easyconfig', () => {
  test('by a plain Python; the recipe’s binds are there, read-only, and the proxy reaches pip', async () => {
    const sandbox = await withWheels('demo_a');
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
      'recipes/py-1.yaml',
      recipe(
        standInImage,
        'requirements: r.txt, pip_options: [--no-index, --no-build-isolation, --find-links, wheels]',
        { more: `binds: [{ host: ${sandbox.dir}/data, container: /data, access: rw }]\n` },
      ),
    );
    sandbox.write('recipes/r.txt', './demo_s-1.0.tar.gz\ndemo_a==1.0\n');
    await sandbox.succeed(`mkdir demo_s-1.0; cp setup/setup.py demo_s-1.0; printf 'Metadata-Version: 1.0\\nName: demo_s\\nVersion: 1.0\\n' > demo_s-1.0/PKG-INFO
      tar czf recipes/demo_s-1.0.tar.gz demo_s-1.0; mkdir -p .config; touch .config/secret
      cd / && https_proxy=http://proxy:1 PIP_INDEX_URL=http://mine ${install.replace('py-1', `${sandbox.dir}/recipes/py-1`)}`);
    const seen = readFileSync(join(sandbox.prefix, 'software/py/1/user-software/seen'), 'utf8');
    expect(seen).toMatch(/^http:\/\/proxy:1 None True False True \[.*\]\n$/);
    expect(seen).not.toContain('.config');
    expectInVenv(sandbox, await shownBy(sandbox));
  });

  test('by conda’s; a rebuild leaves the virtual environment alone, and says that the requirements are others', async () => {
    const sandbox = await withWheels('demo_a');
    const write = (requirements: string) =>
      sandbox.write(
        'recipes/py-1.yaml',
        recipe(standInImage, `requirements: ${requirements}, ${offline}`, { python: '  conda_env: mpi4py\n' }),
      );
    write('[demo_a==1.0]');
    await sandbox.succeed(`cd recipes && ${install}`);
    const shown = await shownBy(sandbox, 'mpi4py');
    expectInVenv(sandbox, shown);
    expect(shown).toMatch(/\ndemo_a==1.0\n$/);
    const venv = join(sandbox.prefix, 'software/py/1/user-software/venv/own');
    sandbox.write(join(venv, 'mine'), '');
    const again = await sandbox.run(`cd recipes && ctinstall regenerate --all && ${install} --rebuild`);
    expect(again).toMatchObject({ status: 0, stderr: expect.not.stringContaining('requirements are other') });
    write('[demo_a==1.0, demo_b==1.0]');
    const { status, stderr } = await sandbox.run(`cd recipes && ${install} --rebuild`);
    expect(status).toBe(0);
    expect(stderr).toMatch(
      /the easyconfig's requirements are other than those of the virtual environment `own`.*ctinstall venv create py\/1 --name/,
    );
    expect(existsSync(join(venv, 'mine'))).toBe(true);
    expect(existsSync(join(venv, 'bin/demo_b'))).toBe(false);
  });

  test('by one in a virtual environment of the image, from a file that includes another, with hashes, a wheel by its path and options; where pip fails, nothing is left', async () => {
    const sandbox = await withWheels('demo_a', 'demo_b', 'demo_c');
    sandbox.write('recipes/req/base.txt', 'demo_b==1.0\n');
    sandbox.write('recipes/py-1.yaml', recipe('venv.sif', 'requirements: req/all.txt, pip_options: [--no-index]'));
    const hash = (name: string): string =>
      `--hash=sha256:$(sha256sum < recipes/wheels/${name}-1.0-py3-none-any.whl | cut -c1-64)`;
    const wrong = await sandbox.run(`cat > recipes/req/all.txt <<END
# of the recipe
--find-links ../wheels
-r base.txt
demo_a==1.0 \\\\
    ${hash('demo_a')}
../wheels/demo_c-1.0-py3-none-any.whl ${hash('demo_c')}
END
sed -i "s/\\$/ ${hash('demo_b')}/" recipes/req/base.txt; cp recipes/req/base.txt right.txt
sed -i 's/sha256:../sha256:00/' recipes/req/base.txt
cd recipes && ${install}`);
    expect(wrong.status).toBe(1);
    for (const said of [
      '`install the requirements of /user-software/venv/own` failed with exit status 1',
      'THESE PACKAGES DO NOT MATCH THE HASHES',
      'hint: fix what is to be installed',
    ])
      expect(wrong.stderr).toContain(said);
    expect(existsSync(join(sandbox.prefix, 'software'))).toBe(false);

    await sandbox.succeed(`mv right.txt recipes/req/base.txt; cd recipes && ${install}`);
    const shown = await shownBy(sandbox, 'of_the_image, demo_b, demo_c');
    expectInVenv(sandbox, shown);
    expect(shown).toContain(`\n--find-links ${sandbox.dir}/recipes/wheels\ndemo_b==1.0 --hash=sha256:`);
  });
});

test('what cannot be is refused before anything is done', async () => {
  const sandbox = makeSandbox();
  sandbox.write('r/editable.txt', '-e .\n');
  sandbox.write('r/circle.txt', '-r circle.txt\n');
  for (const [venv, message] of [
    ['requirements: [-r x]', /`-r x` is an option of pip/],
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
