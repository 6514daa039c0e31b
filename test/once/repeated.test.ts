import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { makeSandbox, tinyEasyconfig } from '../harness/sandbox.ts';
import { makeWheel } from '../harness/wheel.ts';

/* A command that was killed when its work was done, and is given again. */

const install = 'ctinstall --image-dir "$CT_IMAGES" tiny-1.0.yaml >/dev/null 2>&1';

test('packing, unpacking, and removing what is removed', async () => {
  const sandbox = makeSandbox();
  sandbox.write('tiny-1.0.yaml', tinyEasyconfig());
  const { stdout, stderr } = await sandbox.run(`${install}
    echo mine >"$CTINSTALL_PREFIX/software/tiny/1.0/user-software/mine"
    twice() { "$@" >/dev/null && "$@"; echo "status $?"; }
    twice ctinstall squashfs make --remove-directory tiny
    twice ctinstall squashfs unmake tiny
    twice ctinstall uninstall --yes tiny/1.0
    ctinstall uninstall --yes tiny; echo "status $?"
    twice ctinstall uninstall --yes --with-user-software tiny/1.0
    ls "$CTINSTALL_PREFIX/software"`);
  const installDir = join(sandbox.prefix, 'software/tiny/1.0');
  expect(stdout.replace(/^files of .*\n/gm, ''), stderr).toBe(
    [
      `nothing to pack: the user software is packed already, in ${installDir}/user-software.squashfs`,
      'to change it, run unmake-squashfs first\nstatus 0',
      `nothing to unpack: the user software is a directory, ${installDir}/user-software\nstatus 0`,
      'tiny/1.0 is uninstalled already\nstatus 0',
      // Nothing says which version is meant.
      'status 1',
      'status 1\n',
    ].join('\n'),
  );
  expect(stderr).toContain(`your software stays in ${installDir}`);
});

test('an uninstall whose run was stopped before it had cleared up', async () => {
  const sandbox = makeSandbox();
  sandbox.write('tiny-1.0.yaml', tinyEasyconfig('post_install: ["touch %(installdir)s/runs; sleep 100"]\n'));
  const { status, stdout, stderr } = await sandbox.run(`
    ctinstall --image-dir "$CT_IMAGES" tiny-1.0.yaml >/dev/null 2>&1 & killed=$!
    until compgen -G "$CTINSTALL_PREFIX/.ctinstall/staging/*/runs" >/dev/null; do sleep 0.1; done
    kill -KILL $killed; wait $killed 2>/dev/null
    ctinstall uninstall --yes tiny`);
  expect({ status, stdout }, stderr).toEqual({ status: 0, stdout: 'tiny/1.0 is uninstalled already\n' });
  for (const kind of ['locks', 'staging', 'retired'])
    expect(readdirSync(join(sandbox.prefix, '.ctinstall', kind))).toEqual([]);
});

test('a virtual environment that is there, made of the same, is no failure; one of another kind is', async () => {
  const sandbox = makeSandbox();
  sandbox.write('py-1.yaml', 'name: py\nversion: "1"\nimage: { file: venv.sif }\n');
  sandbox.write('r.txt', '-f wheels\ndemo_again==1.0\n');
  const { stdout, stderr } = await sandbox.run(`${makeWheel('demo_again')}
    ctinstall --image-dir "$CT_IMAGES" py-1.yaml >/dev/null 2>&1
    make() { ctinstall venv create py --name mine --requirements r.txt "$@"; echo "status $?"; }
    make --pip-option=--no-index
    make --pip-option=--no-index
    make --pip-option=--no-index --no-system-site-packages
    ctinstall venv remove --yes py --name mine; ls -A "$CTINSTALL_PREFIX/software/py/1/user-software/venv"`);
  expect(stdout, stderr).toBe('created mine\nstatus 0\nmine is there already\nstatus 0\nstatus 2\nremoved mine\n');
});
