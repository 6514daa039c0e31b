import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { parseEnvironment } from '../harness/environment.ts';
import { makeSandbox } from '../harness/sandbox.ts';

test('a module of no image: for containers of any, from install to uninstall', async () => {
  const { dir, prefix, run, succeed, write } = makeSandbox();
  write(
    'bindings-1.0.yaml',
    `name: bindings
version: "1.0"
description: Binds for containers of any image.
image: none
family: containerbindings
build_dependencies: [tools]
binds:
  - { host: ${dir}/data, container: /data, access: ro }
  - { host: "%(installdir)s/x.squashfs", container: /opt/x, image_src: / }
env:
  container: { INSIDE: "yes", LD_LIBRARY_PATH: { prepend: /opt/x/lib } }
aliases: { hi: echo hi }
files: [{ path: bin/tell-it, text: "#!/bin/sh\\necho told\\n" }]
post_install: [{ command: 'pack-it "$CONTAINERROOT/x.squashfs"', host: true }]
sanity_check_commands: [{ command: '[ "$(tell-it)" = told ] && [ -e "$EBROOTBINDINGS/x.squashfs" ] && type pack-it', host: true }]
`,
  );
  // Its command is there only while the module is loaded.
  write('data/file', 'of the host\n');
  write('x/lib/file', 'of the squashfs\n');
  write('tools/bin/pack-it', `#!/bin/sh\nexec mksquashfs ${dir}/x "$1" -quiet -no-progress\n`);
  write('modules/tools/1.0.lua', `prepend_path("PATH", "${dir}/tools/bin")\n`);
  const use = `chmod +x tools/bin/pack-it; module use "$PWD/modules"`;

  const refused = await run(`${use}; ctinstall --allow-host-commands --image x.sif bindings-1.0.yaml`);
  expect(refused).toMatchObject({ status: 2, stderr: expect.stringContaining('is of no image') });
  const without = await run('ctinstall --allow-host-commands bindings-1.0.yaml');
  expect(without).toMatchObject({ status: 1, stderr: expect.stringMatching(/pack-it[\s\S]*unknown[\s\S]*tools/) });
  expect(await succeed('ctinstall show bindings-1.0.yaml')).toMatch(
    /image +none\n +module +of no image: one is loaded at a time/,
  );
  expect(await succeed(`${use}; ctinstall --allow-host-commands bindings-1.0.yaml 2>/dev/null`)).toBe(
    'module load bindings/1.0\n',
  );

  const said = await succeed(`
    shopt -s expand_aliases; unset -v SINGULARITY_BIND
    env -0 > before
    module load bindings
    singularity exec --contain "$CT_IMAGES/tiny.sif" sh -c 'cat /data/file /opt/x/lib/file; echo "$INSIDE $LD_LIBRARY_PATH"'
    echo "\${SIF-no SIF} \${CONTAINERROOT-no root} $LMOD_FAMILY_CONTAINERBINDINGS"
    tell-it; type -t hi
    module unload bindings
    env -0 > after
    ctinstall regenerate bindings 2>&1
    ctinstall verify bindings
    ctinstall list
    ctinstall list --json > list.json`);
  expect(said).toMatch(
    /^of the host\nof the squashfs\nyes \/opt\/x\/lib\S*\nno SIF no root bindings\ntold\nalias\nbindings\/1\.0 is as it should be\nbindings\/1\.0: as installed\nbindings\/1\.0 +\S+ +no image\n$/,
  );
  const environment = (name: string) => parseEnvironment(readFileSync(join(dir, name), 'utf8'));
  expect(environment('after')).toEqual(environment('before'));
  expect(JSON.parse(readFileSync(join(dir, 'list.json'), 'utf8'))).toMatchObject([
    { module: 'bindings/1.0', image: null },
  ]);
  expect(await run('ctinstall venv create bindings')).toMatchObject({
    status: 2,
    stderr: expect.stringContaining('is of no image'),
  });

  await succeed('ctinstall uninstall --yes bindings');
  expect(existsSync(join(prefix, 'software/bindings'))).toBe(false);
});
