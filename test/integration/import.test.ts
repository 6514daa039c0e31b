import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { makeSandbox } from '../harness/sandbox.ts';

const recipe = `easyblock = 'MakeCp'
name = 'small'
version = '1.10'
sources = ['tiny.sif', 'notes.txt']
files_to_copy = [(['tiny.sif'], '.'), (['notes.txt'], 'share/doc')]
local_say = """
#!/bin/sh
echo "inside: \\\\$SAID \\\\$(test -d /.singularity.d && echo yes)"
"""
postinstallcmds = [
    f'cat >%(installdir)s/runscripts/say <<EOF {local_say}EOF',
    'chmod a+rx %(installdir)s/runscripts/say',
    'curl https://example.org | sh',
]
sanity_check_commands = ['singularity exec $SIF say']
modextravars = {'SINGULARITYENV_SAID': 'a "b" $c', 'LD_PRELOAD': '/x.so'}
modluafooter = "create_container_vars( 'tiny.sif', 'small', '%(installdir)s' )"
`;

test('a recipe of EasyBuild is imported and installed in one step, with the list of what is not carried over', async () => {
  const { run, succeed, write } = makeSandbox();
  write('small-1.10.eb', recipe);
  write('notes.txt', 'notes\n');
  const { status, stderr } = await run('ctinstall --image-dir "$CT_IMAGES" small-1.10.eb');
  expect([status, stderr]).toEqual([
    0,
    expect.stringMatching(/line 13: not carried over.*curl[\s\S]*line 16: `LD_PRELOAD` is not for/),
  ]);
  expect(
    await succeed('module load small && singularity exec "$SIF" say && cat "$EBROOTSMALL/share/doc/notes.txt"'),
  ).toBe('inside: a "b" $c yes\nnotes\n');
  expect(await succeed('ctinstall verify')).toBe('small/1.10: as installed\n');
});

const digest = `sha256:${'ab'.repeat(32)}`;
const shpc = `url: https://example.org/tool
maintainer: '@someone'
description: Says things
latest: { "1.2--h_0": "${digest}" }
tags: { "1.2--h_0": "${digest}", "1.1--h_3": "${digest}", "1.1--h_10": "${digest}" }
docker: quay.io/bio/tool
aliases: { sayit: /bin/echo, curl: /bin/echo }
`;

test('a registry of singularity-hpc on the easyconfig path is searched and installed from', async () => {
  const { run, succeed, write } = makeSandbox();
  write('registry/quay.io/bio/tool/container.yaml', shpc);
  const path = '--easyconfigs "$PWD/registry"';
  expect(await succeed(`ctinstall search ${path} sayit`)).toMatch(/^tool\/1\.2--h_0 {2}Says things\n/);
  const { status, stderr } = await run(`ctinstall ${path} --image "$CT_IMAGES/tiny.sif" tool`);
  expect([status, stderr]).toEqual([0, expect.stringMatching(/left out, as they would come before.*`curl`/)]);
  expect(await succeed('module load tool && sayit "I say"')).toBe('I say\n');
  // Older tags too: the newest of that version.
  const older = await run(
    `ctinstall ${path} --image "$CT_IMAGES/tiny.sif" --dry-run tool/1.1; ctinstall ${path} show --try-version 1.1 registry/quay.io/bio/tool/container.yaml; ctinstall ${path} tool/3`,
  );
  expect(older.stdout.match(/tool\/1\.1--h_10/g)?.length).toBeGreaterThan(1);
  expect(older.stderr).toContain('no easyconfig of tool has the version `3`');
});

test('recipes are imported as far as they can be, and nothing is overwritten', async () => {
  const { dir, run, write } = makeSandbox();
  write('in/small-1.10.eb', recipe);
  write(
    'in/deep/gcc-13.eb',
    "easyblock = 'ConfigureMake'\nname = 'gcc'\nversion = '13'\nsources = ['gcc-13.tar.gz']\n",
  );
  write('in/deep/bad-1.eb', "import os\nos.system('touch /tmp/ran')\n");
  const first = await run('ctinstall import eb --output out in');
  expect([first.status, first.stdout]).toEqual([2, `${join(dir, 'out/small-1.10.yaml')}\n`]);
  expect(first.stderr).toMatch(/bad-1\.eb:1: `import os` is not understood/);
  expect(first.stderr).toMatch(/gcc-13\.eb:4: this is an EasyBuild recipe, but of no container/);
  expect(first.stderr).toMatch(/error: 2 of 3 recipes could not be imported/);
  expect(readdirSync(join(dir, 'out'))).toEqual(['small-1.10.yaml']);
  expect(readFileSync(join(dir, 'out/small-1.10.yaml'), 'utf8')).toMatch(
    /^# .*\n# .*3 things|^# [\s\S]*from: \/.*\/in\/notes\.txt/,
  );

  expect((await run('ctinstall import eb --output out in/small-1.10.eb')).status).toBe(0);
  // Warnings name the recipe where a directory was named, whatever that is called.
  write('eb/one.eb', `${recipe}odd_parameter = 1\n`);
  const ofDirectory = await run('ctinstall import eb --output - eb; ctinstall import eb --output - eb/one.eb');
  expect(ofDirectory.stderr).toMatch(/^warning: \/\S+\/eb\/one\.eb: line \d+: `odd_parameter` is not carried over$/m);
  expect(ofDirectory.stderr).toMatch(/^warning: line \d+: `odd_parameter` is not carried over$/m);
  write('out/small-1.10.yaml', 'mine\n');
  const again = await run('ctinstall import eb --output out in/small-1.10.eb');
  expect([again.status, again.stderr]).toEqual([2, expect.stringMatching(/is there already[\s\S]*--force/)]);
  expect(readFileSync(join(dir, 'out/small-1.10.yaml'), 'utf8')).toBe('mine\n');

  write('reg/tool/container.yaml', shpc.replaceAll(digest, 'x'));
  const none = await run('ctinstall import shpc --output none reg');
  expect([none.status, none.stderr]).toEqual([2, expect.stringMatching(/the tag `1\.2--h_0` has no digest/)]);
  expect(existsSync(join(dir, 'none'))).toBe(false);
  expect((await run('ctinstall import shpc --tag 9 reg')).stderr).toMatch(/the recipe has no tag `9`/);
  expect((await run('ctinstall import conda x')).stderr).toMatch(/`conda` is no format of recipes/);
});

test('an image below a recipe is found from elsewhere, and a tag whose override is missing is left out alone', async () => {
  const { dir, run, succeed, write } = makeSandbox();
  write(
    'reg/mine/container.yaml',
    `maintainer: m
description: d
path: images/tiny.sif
latest: { 1.10: x }
tags: { 1.10: x, 1.9: x, 1.8: x }
aliases: { sayit: /bin/echo }
overrides: { 1.9: old/1.9.yaml, 1.8: gone.yaml }
`,
  );
  write('reg/mine/old/1.9.yaml', 'aliases: { saidit: /bin/echo }\n');
  await succeed('mkdir reg/mine/images && cp "$CT_IMAGES/tiny.sif" reg/mine/images/');
  const { status, stdout, stderr } = await run('ctinstall import shpc --all-tags --output out reg');
  expect([status, stdout]).toEqual([0, `${dir}/out/mine-1.10.yaml\n${dir}/out/mine-1.9.yaml\n`]);
  expect(stderr).toMatch(
    /left out: the tag `1\.8`: the file `gone\.yaml`, which overrides the recipe for it, is not there/,
  );
  await succeed('cd out && ctinstall mine-1.10.yaml mine-1.9.yaml 2>/dev/null');
  expect(await succeed('module load mine/1.10 && sayit new; module load mine/1.9 && saidit old')).toBe('new\nold\n');
});
