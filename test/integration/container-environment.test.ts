import { mkdtempSync, rmSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest';
import { giveToUser, isRoot, makeSandbox, type Sandbox } from '../harness/sandbox.ts';
import { makeWheel } from '../harness/wheel.ts';

/* What of the host's environment is seen in the container, with the real runtime. docs/container-environment.md lists it. */

let sandbox: Sandbox;
/** A directory that `other` binds as /others. */
let bound: string;
const removals: (() => void)[] = [];
const atEnd = (remove: () => void): void => {
  removals.push(remove);
};

beforeAll(async () => {
  sandbox = makeSandbox(atEnd);
  bound = makeUnbound(atEnd);
  const write = (name: string, more: string): string =>
    sandbox.write(
      `${name}-1.yaml`,
      `name: ${name}\nversion: "1"\nimage: { file: venv.sif }\nwrappers: [start-shell, python, pip]\nmodule_kind: environment\n${more}`,
    );
  write('py', 'env: { container: { SHARED: own } }\n');
  write(
    'other',
    `env: { container: { OMP_NUM_THREADS: "4", SHARED: other } }\npython: { venv: { name: v } }\nbinds: [{ host: ${bound}, container: /others }]\n`,
  );
  await sandbox.succeed('ctinstall --image-dir "$CT_IMAGES" py-1.yaml other-1.yaml');
});

afterAll(() => {
  for (const remove of removals) remove();
});

/** A directory of the user's that no container shows by itself. */
function makeUnbound(whenDone: (remove: () => void) => void = onTestFinished): string {
  const dir = mkdtempSync(join(isRoot() ? '/srv' : homedir(), 'ctinstall-unbound-'));
  whenDone(() => rmSync(dir, { recursive: true, force: true }));
  giveToUser(dir);
  return dir;
}

/** The lines that a script prints on stdout; what it says on stderr is none. */
async function linesOf(script: string): Promise<string[]> {
  const { stdout, stderr } = await sandbox.run(script);
  expect(stderr).toBe('');
  return stdout.split('\n').slice(0, -1);
}

const start = 'import of_the_image; print(of_the_image.__name__)';

test("packages in ~/.local and Python's variables do not reach the container", async () => {
  for (const place of ['.local/lib/python3.11/site-packages', 'hostpy'])
    sandbox.write(`${place}/of_the_image.py`, 'raise SystemExit("HOST")\n');
  const out = await linesOf(
    `export HOME=$PWD; module load py
    # The runtime has the home directory of the password file.
    export CTINSTALL_RUNTIME_OPTIONS="--home $PWD"
    python -c '${start}'
    start-shell -c "python -c '${start}'"
    singularity exec --home "$PWD" "$SIF" python -c '${start}'
    PYTHONPATH=$PWD/hostpy python -c '${start}'
    PYTHONHOME=/x PYTHONUSERBASE=$PWD/.local PYTHONSTARTUP=/x python -c '${start}'
    SINGULARITYENV_PYTHONNOUSERSITE= APPTAINERENV_PYTHONNOUSERSITE= python -c 'import site; print(site.ENABLE_USER_SITE)'
    SINGULARITYENV_PYTHONPATH=/mine APPTAINERENV_PYTHONPATH=/mine python -c 'import os; print(os.environ["PYTHONPATH"])'
    CTINSTALL_CONTAINER_ENV_PASS='PYTHONP*' PYTHONPATH=/mine python -c 'import os; print(os.environ["PYTHONPATH"])'
    module unload py; "$CTINSTALL_PREFIX/software/py/1/bin/python" -c '${start}'`,
  );
  expect(out).toEqual([
    ...Array(5).fill('of_the_image'),
    expect.stringMatching(/^(False|True)$/),
    '/mine',
    '/mine',
    'of_the_image',
  ]);
});

test('pip installs into the virtual environment, whatever the host says', async () => {
  await sandbox.succeed(['a', 'b'].map((name) => makeWheel(`demo_${name}`)).join('\n'));
  sandbox.write('.config/pip/pip.conf', '[global]\nuser = true\n');
  const pip = 'pip install --quiet --disable-pip-version-check --no-index --find-links wheels';
  const out = await linesOf(
    `export CTINSTALL_RUNTIME_OPTIONS="--home $PWD"; module load other
    site=.local/lib/python3.11/site-packages; mkdir -p $site && (cd $site && python3 -m zipfile -e ~/wheels/demo_a-*.whl .)
    PIP_USER=1 PIP_TARGET=$PWD/d PIP_PREFIX=$PWD/p ${pip} demo_a
    singularity exec --home "$PWD" "$SIF" ${pip} demo_b
    python -c 'import demo_a, demo_b; print(*[m.__file__.split("/lib/")[0] for m in (demo_a, demo_b)])'
    ls -d d p $site/demo_b.py 2>/dev/null; rm -r $site .config/pip`,
  );
  expect(out).toEqual(['/user-software/venv/v /user-software/venv/v']);
});

test('libraries to preload, compilers, functions, a locale that the image lacks: nothing of it, and no warnings', async () => {
  const unbound = makeUnbound();
  await sandbox.succeed(`cp "$(ldconfig -p | sed -n 's/.*libm[.]so[.]6.*=> //p' | head -n 1)" ${unbound}/x.so`);
  const out = await linesOf(
    `module load py; export -f module; hello() { echo; }; export -f hello
    export LD_PRELOAD=${unbound}/x.so CC=mycc JAVA_HOME=/x CONDA_PREFIX=/x PERL5LIB=/x R_LIBS_USER=/x JULIA_DEPOT_PATH=/x
    export PKG_CONFIG_PATH=/x VIRTUAL_ENV=/x SLURM_JOB_ID=7 PMI_RANK=1 OMP_NUM_THREADS=3 http_proxy=http://x MY_OWN=1
    in-container env | grep -E 'FUNC|^(LD_PRELOAD|CC|JAVA_HOME|CONDA_PREFIX|PERL5LIB|R_LIBS_USER|JULIA|PKG_CONFIG_PATH|VIRTUAL_ENV)='
    in-container env | grep -E '^(SLURM_JOB_ID|PMI_RANK|OMP_NUM_THREADS|http_proxy|MY_OWN)=' | sort
    start-shell -c 'module list' 2>&1 | grep -c 'module: command not found'
    { LC_ALL=fi_FI.UTF-8 in-container perl -e 'print "$ENV{LC_ALL}\\n"'; LC_ALL=fi_FI.UTF-8 start-shell -c true; } 2>said
    # That of the host's bash, where the host lacks it too.
    grep -v '^/bin/bash: warning: setlocale' said
    cat "$CTINSTALL_PREFIX/software/py/1/.ctinstall/locales"; ctinstall verify py >/dev/null && echo verified
    ctinstall regenerate py >/dev/null 2>&1; cat "$CTINSTALL_PREFIX/software/py/1/.ctinstall/locales"; ctinstall verify py >/dev/null && echo verified`,
  );
  expect(out).toEqual([
    ...['MY_OWN=1', 'OMP_NUM_THREADS=3', 'PMI_RANK=1', 'SLURM_JOB_ID=7', 'http_proxy=http://x'],
    '1',
    'C.UTF-8',
    ...['C C.utf8 POSIX', 'verified', 'C C.utf8 POSIX', 'verified'],
  ]);
});

test('start-shell does not read ~/.bashrc, unless told to', async () => {
  sandbox.write('.bashrc', 'FROM_BASHRC=yes\n');
  const out = await linesOf(
    `export CTINSTALL_RUNTIME_OPTIONS="--home $PWD"; module load py
    start-shell -i -c 'echo "[\${FROM_BASHRC-}]"' 2>/dev/null
    CTINSTALL_BASHRC=$PWD/.bashrc start-shell -i -c 'echo "[\${FROM_BASHRC-}]"' 2>/dev/null`,
  );
  expect(out).toEqual(['[]', '[yes]']);
});

test('paths that variables name are there, or the variable names another; so is the current directory', async () => {
  const unbound = makeUnbound();
  const out = await linesOf(
    `mkdir ${unbound}/job ${unbound}/work; echo cert >${unbound}/ca.pem; ln -s ${unbound}/work link; module load py
    TMPDIR=${unbound}/job in-container sh -c 'dirname "$(mktemp)"'; ls ${unbound}/job | wc -l
    TMPDIR=${unbound}/gone in-container sh -c 'file=$(mktemp) && dirname "$file" && rm "$file"'
    REQUESTS_CA_BUNDLE=${unbound}/ca.pem in-container sh -c 'cat "$REQUESTS_CA_BUNDLE"'
    XAUTHORITY=${unbound}/gone SSH_AUTH_SOCK=/run/user/none/s in-container sh -c 'echo "[$XAUTHORITY$SSH_AUTH_SOCK]"'
    cd link; python -c 'open("result.txt", "w")'; ls ${unbound}/work
    module unload py; "$CTINSTALL_PREFIX/software/py/1/bin/python" -c 'import os; print(os.listdir("."))'`,
  );
  expect(out).toEqual([`${unbound}/job`, '1', '/tmp', 'cert', '[]', 'result.txt', "['result.txt']"]);
});

test('binds that the user exports after the load are joined, under each name', async () => {
  const unbound = makeUnbound();
  const names = ['APPTAINER_BIND', 'SINGULARITY_BIND', 'APPTAINER_BINDPATH', 'SINGULARITY_BINDPATH'];
  const out = await linesOf(
    `touch ${unbound}/mine; module load py
    ${names.map((name) => `(export ${name}=${unbound}:/data; in-container sh -c 'ls /data; ls -d /runscripts')`).join('\n')}`,
  );
  expect(out).toEqual(names.flatMap(() => ['mine', '/runscripts']));
});

test('a wrapper by its path sees nothing of another module that is loaded', async () => {
  const out = await linesOf(
    `touch ${bound}/mine; module load other; export SINGULARITY_BIND=${bound}:/data,$SINGULARITY_BIND
    "$CTINSTALL_PREFIX/software/py/1/bin/in-container" sh -c 'echo "[$OMP_NUM_THREADS] $SHARED [$VIRTUAL_ENV] $PATH"; ls -d /others/mine /data/mine 2>/dev/null'
    in-container sh -c 'echo "[$OMP_NUM_THREADS] $SHARED [$VIRTUAL_ENV]"; ls -d /others/mine /data/mine'`,
  );
  expect(out).toEqual([
    expect.stringMatching(/^\[\] own \[\] \/runscripts:(?!.*venv\/v)/),
    '/data/mine',
    '[4] other [/user-software/venv/v]',
    '/data/mine',
    '/others/mine',
  ]);
});
