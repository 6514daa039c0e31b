import { existsSync, readdirSync, readlinkSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { makeSandbox, type Sandbox, standInImage, tinyEasyconfig } from '../harness/sandbox.ts';
import { makeWheel } from '../harness/wheel.ts';

describe('wrappers of a Python in a virtual environment of the image', () => {
  let sandbox: Sandbox;
  let remove: () => void;

  beforeAll(async () => {
    sandbox = makeSandbox((whenDone) => {
      remove = whenDone;
    });
    sandbox.write(
      'py-1.yaml',
      'name: py\nversion: "1"\nimage: { file: venv.sif }\nwrappers: [start-shell, { from: /opt/venv/bin, except: [pip3.11] }, { name: hello, command: python, args: [-c, "import sys; print(sys.argv[1:])"] }]\n',
    );
    await sandbox.succeed('ctinstall --image-dir "$CT_IMAGES" py-1.yaml');
  });

  afterAll(() => remove());
  test('are real programs: arguments, stdin, exit status, signals, #!/usr/bin/env', async () => {
    sandbox.write('script.py', '#!/usr/bin/env python\nimport sys, of_the_image\nprint(sys.prefix, sys.argv[1:])\n');
    const out = await sandbox.succeed(`module load py
      hello a 'b  c' '' '*' "it's" '$HOME' 'ü
      x'
      chmod +x script.py; ./script.py 'a b'
      echo 'print(6*7)' | python -
      python -c 'import sys; sys.exit(7)' || echo "status $?"
      python -c 'import os; os.kill(os.getpid(), 15)' || echo "status $?"
      python -c 'import time, signal; signal.signal(signal.SIGTERM, lambda *_: exit(9)); open("ready", "w"); time.sleep(60)' &
      until [ -e ready ]; do sleep 0.05; done
      kill -TERM $!; wait $! || echo "status $?"`);
    expect(out.split('\n').slice(0, -1)).toEqual([
      `['a', 'b  c', '', '*', "it's", '$HOME', 'ü\\n      x']`,
      "/opt/venv ['a b']",
      '42',
      'status 7',
      'status 143',
      'status 9',
    ]);
  });

  test('do without the module, moved or copied, from a path with blanks, and say where Python is', async () => {
    const where = `'import sys, os, of_the_image; print(sys.executable, sys.prefix, os.environ["CONTAINERROOT"])'`;
    const out = await sandbox.succeed(`bin=$CTINSTALL_PREFIX/software/py/1
      "$bin/bin/python" -c ${where}
      cp -a "$bin" "a copy of it"; mkdir away; mv "$bin"/*.sif away
      "a copy of it/bin/python" -c ${where}
      mv "a copy of it" moved; PATH=$PWD/moved/bin:$PATH python -c ${where}
      ln -s "$PWD/moved/bin/hello" greet; ln -s greet again; ./again x
      (cd moved/bin && ./pip --version); mv away/*.sif "$bin"`);
    const own = `/opt/venv/bin/python /opt/venv`;
    expect(out.split('\n').slice(0, -1)).toEqual([
      `${own} ${sandbox.prefix}/software/py/1`,
      `${own} ${sandbox.dir}/a copy of it`,
      `${own} ${sandbox.dir}/moved`,
      "['x']",
      expect.stringContaining(' from /opt/venv/lib/'),
    ]);
  });

  test('a virtual environment on top works from the host: activate, pip, console scripts, spawn', async () => {
    sandbox.write(
      'pool.py',
      `import concurrent.futures, multiprocessing, sys
def where(_): return sys.executable
if __name__ == "__main__":
    spawn = multiprocessing.get_context("spawn")
    with spawn.Pool(2) as pool: print(*set(pool.map(where, range(4))))
    with concurrent.futures.ProcessPoolExecutor(2, mp_context=spawn) as pool: print(*set(pool.map(where, range(4))))
`,
    );
    await sandbox.succeed(makeWheel('demo_tool'));
    const out = await sandbox.succeed(`module load py
      python -m venv --system-site-packages 'my env'
      "my env/bin/python" -c 'import sys, of_the_image; print(sys.executable, sys.prefix)'
      . 'my env/bin/activate'
      pip install --quiet --disable-pip-version-check --no-index --find-links wheels demo_tool
      demo_tool 'a b'
      python pool.py
      start-shell -c '. "my env/bin/activate"; python pool.py'
      in-container python -c 'import sys; print(sys.prefix)'
      module unload py
      "my env/bin/demo_tool"`);
    const own = `${sandbox.dir}/my env/bin/python`;
    const lines = out.split('\n').slice(0, -1);
    expect(lines[0]).toBe(`${own} ${sandbox.dir}/my env`);
    expect(lines[1]).toMatch(new RegExp(`^demo_tool 1.0 ${own}[0-9.]* a b$`));
    expect(lines.slice(2, 4)).toEqual([own, own]);
    expect(lines.slice(4, 6)).toEqual([own, own]);
    expect(lines[6]).toBe(`${sandbox.dir}/my env`);
    expect(lines[7]).toMatch(new RegExp(`^demo_tool 1.0 ${own}`));
  });

  test('inside a container they run the program itself, and refuse another container', async () => {
    sandbox.write(
      'other-1.yaml',
      'name: other\nversion: "1"\nimage: { file: venv.sif }\nwrappers: [{ name: python, command: python3 }]\n',
    );
    const { stdout, stderr } = await sandbox.run(`module load py
      start-shell -c '"$1/python" -c "import sys; print(sys.prefix)"' x "$CONTAINERROOT/bin"
      singularity exec --bind "$CONTAINERROOT" "$CT_IMAGES/tiny.sif" "$CONTAINERROOT/bin/python" -V; echo "status $?"
      ctinstall --image-dir "$CT_IMAGES" other-1.yaml
      start-shell -c '"$1/software/other/1/bin/python" -V' x "$CTINSTALL_PREFIX"; echo "status $?"`);
    expect(stdout.split('\n').filter((line) => /^(\/opt|status|Python)/.test(line))).toEqual([
      '/opt/venv',
      'status 1',
      'status 1',
    ]);
    expect(stderr).toMatch(/error: `python` of the module py\/1 starts a container, and this is inside another one/);
    // A wrapper that is no more than a name of its own does not bring other names.
    expect(existsSync(join(sandbox.prefix, 'software/other/1/bin/python3'))).toBe(false);
  });

  test('verify, regenerate, rebuild and uninstall know them; `python` and `pip` bring the other names that they have there', async () => {
    const bin = join(sandbox.prefix, 'software/py/1/bin');
    const namesOf = (): string[] => readdirSync(bin).filter((name) => /^(hello|pip|python)/.test(name));
    expect(readlinkSync(join(bin, 'python'))).toBe('in-container');
    expect(namesOf()).not.toContain('pip3.11');
    expect(
      await sandbox.succeed(
        'ctinstall verify py && ctinstall verify --quick && ctinstall show --trace py; CTINSTALL_GPU=none ctinstall regenerate --all && ctinstall verify py',
      ),
    ).toContain('bin/pip');
    const broken = await sandbox.run(
      'ln -sfn /bin/true "$CTINSTALL_PREFIX/software/py/1/bin/pip"; ctinstall verify py',
    );
    expect([broken.status, broken.stdout + broken.stderr]).toEqual([1, expect.stringContaining('bin/pip')]);
    sandbox.write('py-1.yaml', 'name: py\nversion: "1"\nimage: { file: venv.sif }\nwrappers: [python, pip]\n');
    const out = await sandbox.succeed(`ctinstall --rebuild --image-dir "$CT_IMAGES" py-1.yaml >&2
      CTINSTALL_GPU=none ctinstall regenerate py >&2; ctinstall verify py
      module load py; python3 -c 'import of_the_image'; python3.11 -c 'import of_the_image'; type -p pip3`);
    expect(out).toMatch(/^py\/1: as installed\n.*\/software\/py\/1\/(bin|wrappers)\/pip3\n$/);
    expect(namesOf().sort()).toEqual(['pip', 'pip3', 'pip3.11', 'python', 'python3', 'python3.11']);
    await sandbox.succeed('ctinstall uninstall --yes py/1');
    expect(existsSync(bin)).toBe(false);
  });
});

test('a program of conda’s environment runs in it, activated', async () => {
  const sandbox = makeSandbox();
  sandbox.write(
    'conda-1.yaml',
    `name: conda\nversion: "1"\nimage: { file: ${standInImage} }\nwrappers: [python, pip3]\npython: { conda_env: mpi4py }\n`,
  );
  const out = await sandbox.succeed(`ctinstall --image-dir "$CT_IMAGES" conda-1.yaml
    module load conda
    python -c 'import os, mpi4py; print(os.environ["CONDA_DEFAULT_ENV"])'
    python -m venv --without-pip top && top/bin/python -c 'import sys, os; print(sys.prefix, os.environ["CONDA_DEFAULT_ENV"])'`);
  expect(out.split('\n').slice(-3, -1)).toEqual(['mpi4py', `${sandbox.dir}/top mpi4py`]);
});

test('what the image has not got is named, and nothing is installed', async () => {
  const sandbox = makeSandbox();
  const install = (wrappers: string) => {
    sandbox.write('tiny-1.0.yaml', tinyEasyconfig().replace('[start-shell]', wrappers));
    return sandbox.run('ctinstall --image-dir "$CT_IMAGES" tiny-1.0.yaml');
  };
  for (const [wrappers, message] of [
    ['[start-shel, sed]', /`start-shel` of `wrappers` is not in the image\n+hint: did you mean `start-shell`\?/],
    ['[{ name: x, command: /opt/none }]', /`\/opt\/none` of `wrappers` is not in the image/],
    ['[{ from: /opt/none }]', /the directory `\/opt\/none` of `wrappers` is not in the image/],
    ['[{ from: /var }]', /there is nothing to run in the directory `\/var` of `wrappers`/],
  ] as const) {
    const { status, stderr } = await install(wrappers);
    expect([wrappers, status, stderr]).toEqual([wrappers, 1, expect.stringMatching(message)]);
    expect(existsSync(join(sandbox.prefix, 'software/tiny'))).toBe(false);
  }
  expect(await install('[{ from: /usr/bin }, sed]')).toMatchObject({ status: 0 });
  // A shell of the container, first on PATH of the host, would run what is the host's.
  expect(existsSync(join(sandbox.prefix, 'software/tiny/1.0/bin/bash'))).toBe(false);
  expect(existsSync(join(sandbox.prefix, 'software/tiny/1.0/bin/awk'))).toBe(true);
});
