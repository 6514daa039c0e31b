import { expect, test } from 'vitest';
import { makeSandbox, standInImage, tinyEasyconfig } from '../harness/sandbox.ts';
import { makeWheel } from '../harness/wheel.ts';

/* A job that waited, or another session: the module was loaded before the user software was packed or unpacked. */

test('wrappers find what took the place of what was bound', async () => {
  const sandbox = makeSandbox();
  sandbox.write('tiny-1.0.yaml', tinyEasyconfig());
  const { status, stdout, stderr } = await sandbox.run(`
    ctinstall --image-dir "$CT_IMAGES" tiny-1.0.yaml >/dev/null 2>&1; module load tiny
    start-shell -c 'echo mine >/user-software/file'
    ctinstall squashfs make --remove-directory >/dev/null 2>&1
    start-shell -c 'cat /user-software/file; touch /user-software/more 2>/dev/null || echo packed'
    module load tiny
    ctinstall squashfs unmake >/dev/null 2>&1
    start-shell -c 'cat /user-software/file; touch /user-software/more && echo unpacked'`);
  expect({ status, stdout, stderr: stderr.replace(/^.*(installing|step).*\n/gm, '') }).toMatchObject({
    status: 0,
    stdout: 'mine\npacked\nmine\nunpacked\n',
  });
  expect(stderr).not.toContain('FATAL');
});

const tools = [
  ['lmod', 'true'],
  ['environment-modules', 'unset -f module; . "$CT_ENVMODULES_INIT"; module use "$CTINSTALL_PREFIX/modules"'],
] as const;

test('what pip brings into the kept directory is told of, by Lmod and by Environment Modules', async () => {
  const sandbox = makeSandbox();
  sandbox.write(
    'py-1.yaml',
    `name: py\nversion: "1"\nimage: { file: ${standInImage} }\nwrappers: [start-shell]\npython: { venv: { name: own } }\n`,
  );
  await sandbox.succeed('ctinstall --image-dir "$CT_IMAGES" py-1.yaml');
  const changed = 'the directory of your software has changed since it was packed';
  const status =
    "ctinstall squashfs status py | grep -c 'it has changed since it was packed; to pack it as it is now:'";
  const pack =
    "ctinstall squashfs make py 2>&1 | grep -c 'had changed since it was packed: what came in is packed now too'";
  const load = `module load py 2>err; grep -c '${changed}' err; module unload py`;
  for (const [tool, start] of tools) {
    const wheel = `demo_${tool.replace('-', '_')}`;
    const ran = await sandbox.run(`
    export CTINSTALL_MODULES_TOOL=${tool}
    ${makeWheel(wheel)}; ctinstall regenerate py >/dev/null 2>&1; ${start}
    prefix=$CTINSTALL_PREFIX/software/py/1
    [ ! -e "$prefix/user-software.squashfs" ] || ctinstall squashfs unmake py >/dev/null 2>&1
    module load py; ctinstall squashfs make py >/dev/null 2>&1
    # Whole seconds are compared.
    until (( $(date +%s) > $(stat -c %Y "$prefix/user-software.squashfs") )); do sleep 0.05; done
    ${status}; singularity exec "$SIF" pip --quiet --disable-pip-version-check install --no-index --find-links wheels ${wheel}
    module unload py
    ${status}; ${load}; ${pack}
    ${status}; ${load}; ${pack}
    # Nothing in it is as old as the squashfs now: it could be a directory of something else.
    until (( $(date +%s) > $(stat -c %Y "$prefix/user-software.squashfs") )); do sleep 0.05; done
    find "$prefix/user-software" -mindepth 1 -exec touch -h {} +
    ctinstall squashfs status py --json | tr -d ' \n' | grep -o '"hasDirectoryChanged.*mayBeOther[^,]*'
    ctinstall squashfs make py >/dev/null 2>&1 || echo refused
    eval "$(ctinstall squashfs status py | sed -n 's/.*to drop that file: //p')" >/dev/null; ${status}
    ls "$prefix"/../../../modules/py`);
    const form = tool === 'lmod' ? '1.lua' : '1';
    expect(ran.stdout.trim().split('\n'), `${tool}\n${ran.stderr}`).toEqual([
      ...['0', '1', '1', '1', '0', '0', '0'],
      ...['"hasDirectoryChanged":true,"mayBeOther":true', 'refused', '0', form],
    ]);
  }
});
