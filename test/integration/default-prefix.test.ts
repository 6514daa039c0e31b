import { existsSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { expect, inject, test } from 'vitest';
import { giveToUser, makeSandbox, tinyEasyconfig } from '../harness/sandbox.ts';

/*
 * Where nobody chooses a prefix. The prefix of a sandbox is what the default one was in earlier versions: `~/ctinstall`.
 */

const install = 'ctinstall --image-dir "$CT_IMAGES" tiny-1.0.yaml';

test('is below ~/.local, and does not touch a clone of ctinstall in the home directory', async () => {
  const sandbox = makeSandbox();
  sandbox.write('tiny-1.0.yaml', tinyEasyconfig());
  const stdout = await sandbox.succeed(
    `unset CTINSTALL_PREFIX; mkdir ctinstall; cp -R "$CT_TOOL"/{bin,package.json} ctinstall/
    ${install}; ctinstall list; ls ctinstall`,
  );
  expect(stdout).toContain(`module use ${sandbox.dir}/.local/ctinstall/modules\nmodule load tiny/1.0\n`);
  expect(stdout).toMatch(/\ntiny\/1\.0 .*\nbin\npackage\.json\n$/);
});

test('what is in the old one is listed, loaded, written anew, kept apart and removed', async () => {
  const sandbox = makeSandbox();
  sandbox.write('tiny-1.0.yaml', tinyEasyconfig());
  sandbox.write('new-1.0.yaml', tinyEasyconfig('', { name: 'new' }));
  const stdout = await sandbox.succeed(
    `${install} 2>/dev/null; unset CTINSTALL_PREFIX
    ctinstall list
    ctinstall --image-dir "$CT_IMAGES" new-1.0.yaml 2>/dev/null
    ctinstall list; ctinstall regenerate --all 2>&1; ctinstall verify tiny; ctinstall uninstall --yes tiny; ctinstall list`,
  );
  const dated = stdout.replace(/\d{4}-\d\d-\d\d/g, '<date>').replaceAll(sandbox.dir, '~');
  expect(dated.replace(/\d\.\d MiB/g, '<size>')).toMatchInlineSnapshot(`
    "module load tiny/1.0
    tiny/1.0  <date>  copy <size>  in ~/ctinstall
    module use ~/.local/ctinstall/modules
    module load new/1.0
    new/1.0   <date>  copy <size>
    tiny/1.0  <date>  copy <size>  in ~/ctinstall
    new/1.0 is as it should be
    tiny/1.0 is as it should be
    tiny/1.0 in ~/ctinstall/software/tiny/1.0: as installed
    removed tiny/1.0
    new/1.0  <date>  copy <size>
    "
  `);
  expect(existsSync(join(sandbox.prefix, 'software/tiny'))).toBe(false);
});

test('a prefix in a clone of ctinstall is refused, with how to move what is there, which then works', async () => {
  const sandbox = makeSandbox();
  sandbox.write('tiny-1.0.yaml', tinyEasyconfig('python: { venv: { name: t } }\n').replace('tiny.sif', 'venv.sif'));
  await sandbox.succeed(`${install} 2>/dev/null; cp -R "$CT_TOOL"/{bin,package.json} "$CTINSTALL_PREFIX"`);
  const refused = await sandbox.run(`${install} --rebuild`);
  expect(refused).toMatchObject({ status: 2, stdout: '' });
  expect(refused.stderr.replaceAll(sandbox.dir, '~')).toMatchInlineSnapshot(`
    "error: the prefix \`~/ctinstall\` (CTINSTALL_PREFIX) is a clone of ctinstall itself: whoever cleans or removes that would remove all modules with it
      to take along what is installed there:
        mkdir -p ~/.local/ctinstall && mv ~/ctinstall/software ~/ctinstall/modules ~/ctinstall/.ctinstall ~/.local/ctinstall
        ctinstall regenerate --all --prefix ~/.local/ctinstall

    hint: choose another with \`--prefix <dir>\`, or for good: ctinstall settings set prefix ~/.local/ctinstall
    "
  `);
  const [, move = '', regenerate = ''] = /take along.*:\n +(.*)\n +(.*)\n/.exec(refused.stderr) ?? [];
  const stdout = await sandbox.succeed(
    `${move}; ${regenerate} 2>/dev/null; unset CTINSTALL_PREFIX; module use ~/.local/ctinstall/modules
    ctinstall list; ctinstall verify; module load tiny; echo $SIF
    singularity exec $SIF python -c 'import sys; print(sys.prefix)'; ls ctinstall`,
  );
  expect(
    stdout
      .replaceAll(sandbox.dir, '~')
      .replace(/\d{4}(-\d\d){2}/, '<date>')
      .replace(/[\d.]+ MiB/, '<size>'),
  ).toMatchInlineSnapshot(`
    "tiny/1.0  <date>  copy <size>  directory
    tiny/1.0: as installed
    ~/.local/ctinstall/software/tiny/1.0/venv.sif
    /user-software/venv/t
    bin
    package.json
    "
  `);
});

test.each([
  ['ctinstall settings set prefix ~/clone/deep/er'],
  ['ctinstall --prefix ~/clone/deep/er --image-dir "$CT_IMAGES" tiny-1.0.yaml'],
])('nor below one: %s', async (command) => {
  const sandbox = makeSandbox();
  sandbox.write('tiny-1.0.yaml', tinyEasyconfig());
  mkdirSync(join(sandbox.dir, 'clone'));
  giveToUser(sandbox.dir);
  const refused = await sandbox.run(`cp -R "$CT_TOOL"/{bin,package.json} clone/; ${command}`);
  expect(refused.status).toBe(2);
  expect(refused.stderr).toContain('lies in a clone of ctinstall itself');
  expect(refused.stderr).not.toContain('take along');
  expect(inject('toolDir')).not.toBe('');
});

test('uninstall takes no loaded version for the one that is named', async () => {
  const sandbox = makeSandbox();
  for (const version of ['1.1', '1.2']) sandbox.write(`q-${version}.yaml`, tinyEasyconfig('', { name: 'q', version }));
  const refused = await sandbox.run(
    'ctinstall --image-dir "$CT_IMAGES" q-1.1.yaml q-1.2.yaml; module load q/1.2; ctinstall uninstall --yes q',
  );
  expect(refused.status).toBe(2);
  expect(refused.stderr).toContain('error: several versions of `q` are installed\n  q/1.1\n  q/1.2\n');
  expect(await sandbox.succeed('ctinstall list')).toMatch(/^q\/1\.1 .*\nq\/1\.2 /);
  // Where there is one, it is that one.
  expect(await sandbox.succeed('ctinstall uninstall --yes q/1.2; ctinstall uninstall --yes q')).toBe(
    'removed q/1.2\nremoved q/1.1\n',
  );
});
