import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { machine, makeSandbox, type Sandbox, tinyEasyconfig } from '../harness/sandbox.ts';

/*
 * `module load ctinstall` puts on MODULEPATH where the settings have installs go, and unloading takes just that away.
 */

/** Nothing of the sandbox's own that says where installs go. */
const fresh = 'module --force purge; unset CTINSTALL_PREFIX; export MODULEPATH=$CT_TOOL/modulefiles';

/** What a load adds to MODULEPATH, with the home directory as `~`. */
async function added(sandbox: Sandbox, script: string, environment?: Readonly<Record<string, string>>) {
  const { stdout, stderr } = await sandbox.run(
    `${fresh}\n${script}\nmodule load ctinstall; echo "\${MODULEPATH%:"$CT_TOOL/modulefiles"}"`,
    environment,
  );
  return { stdout: stdout.replaceAll(sandbox.dir, '~').trimEnd(), stderr: stderr.replaceAll(sandbox.dir, '~') };
}

describe('with Lmod', () => {
  test.each([
    ['the default prefix', '', '~/.local/ctinstall/modules'],
    ['a variable', 'export CTINSTALL_PREFIX=~/v', '~/v/modules'],
    [
      'settings of the user',
      'mkdir -p .config/ctinstall; echo "prefix: ~/u" > .config/ctinstall/settings.yaml',
      '~/u/modules',
    ],
    [
      'settings of the site',
      'echo "force: { prefix: ~/site }" > s.yaml; export CTINSTALL_SITE_SETTINGS=~/s.yaml CTINSTALL_PREFIX=~/v',
      '~/site/modules',
    ],
    ['a preset with a variable', 'export CTINSTALL_SITE=lumi EBU_USER_PREFIX=~/ebu', '~/ebu/ctinstall/modules'],
    ['a preset that is detected', 'export PAWSEY_CLUSTER=setonix MYSOFTWARE=~/my', '~/my/ctinstall/modules'],
    ['a relative path', 'export CTINSTALL_PREFIX=rel/a\\ b', '~/rel/a b/modules'],
    ['a further prefix', 'export CTINSTALL_MORE_PREFIXES=~/p1', '~/.local/ctinstall/modules:~/p1/modules'],
    [
      'one that is on it already',
      'export CTINSTALL_MORE_PREFIXES=~/p1; module use ~/p1/modules; mkdir -p p1/modules',
      '~/.local/ctinstall/modules:~/p1/modules',
    ],
    [
      'the default prefix of earlier versions',
      'mkdir -p ctinstall/{software,modules,.ctinstall}',
      '~/.local/ctinstall/modules:~/ctinstall/modules',
    ],
  ])('%s', async (_, script, path) => {
    expect(await added(makeSandbox(), script)).toEqual({ stdout: path, stderr: '' });
  });

  test('an install that goes elsewhere than by default is loaded after', async () => {
    const sandbox = makeSandbox();
    sandbox.write('tiny-1.0.yaml', 'name: tiny\nversion: "1.0"\nimage: { file: tiny.sif }\n');
    const stdout = await sandbox.succeed(
      `${fresh}; export CTINSTALL_SITE=lumi EBU_USER_PREFIX=~/ebu
      CTINSTALL_PREFIX=~/.local/ctinstall ctinstall --image-dir "$CT_IMAGES" tiny-1.0.yaml
      ctinstall --image-dir "$CT_IMAGES" --runtime singularity tiny-1.0.yaml; echo
      module load ctinstall; module load tiny; echo "$SIF"`,
    );
    expect(stdout.split('\n\n')[1]).toBe(`${sandbox.dir}/ebu/ctinstall/software/tiny/1.0/tiny.sif\n`);
  });

  test('unloading takes away what the load has added, whatever the settings say by then', async () => {
    const sandbox = makeSandbox();
    const stdout = await sandbox.succeed(
      `${fresh}; export CTINSTALL_PREFIX=~/one; environment() { env | grep -v LMOD | grep -v _ModuleTable | sort; }
      environment > before
      module load ctinstall; CTINSTALL_PREFIX=~/two; module unload ctinstall; CTINSTALL_PREFIX=~/one
      environment > after; diff before after
      module load ctinstall; CTINSTALL_PREFIX=~/two; module reload; echo "$MODULEPATH"
      module purge; echo "$MODULEPATH"`,
    );
    expect(stdout.replaceAll(sandbox.dir, '~')).toMatch(/^~\/two\/modules:([^:\n]+)\n\1\n$/);
  });

  test('Node.js starts where something has changed, and not else', async () => {
    const sandbox = makeSandbox();
    sandbox.write('bin/node', `#!/bin/sh\necho started >> ~/starts\nPATH=${machine.path} exec node "$@"\n`);
    const load = `module load ctinstall; printf "%s " "\${MODULEPATH%%:*}"; module unload ctinstall; wc -l < starts`;
    const stdout = await sandbox.succeed(
      `chmod +x bin/node; export PATH=~/bin:$PATH; ${fresh}; touch starts
      ${load}; ${load}; mkdir -p .config/ctinstall; echo 'prefix: ~/a' > .config/ctinstall/settings.yaml; ${load}; ${load}
      echo 'prefix: ~/b' > .config/ctinstall/settings.yaml; ${load}
      export CTINSTALL_PREFIX=~/c; ${load}; ${load}; unset CTINSTALL_PREFIX; ${load}
      export SLURM_JOB_ID=1 HOSTNAME=node17; ${load}
      export PAWSEY_CLUSTER=setonix; ${load}; ${load}`,
    );
    expect(stdout.replaceAll(sandbox.dir, '~')).toMatchInlineSnapshot(`
      "~/.local/ctinstall/modules 1
      ~/.local/ctinstall/modules 1
      ~/a/modules 2
      ~/a/modules 2
      ~/b/modules 3
      ~/c/modules 4
      ~/c/modules 4
      ~/b/modules 5
      ~/b/modules 5
      ~/b/modules 6
      ~/b/modules 6
      "
    `);
  });

  test('without Node.js it is as it was last time, and says so if that may be wrong', async () => {
    const sandbox = makeSandbox();
    const without = '[ -d nn ] || { mkdir nn; ln -s /usr/bin/* nn/; rm -f nn/node; }; PATH=~/nn';
    rmSync(join(sandbox.dir, '.cache'), { recursive: true, force: true });
    const never = await added(sandbox, without);
    expect(never.stdout).toBe('~/.local/ctinstall/modules');
    expect(never.stderr).toBe(
      'ctinstall: the settings cannot be read here (is there Node.js?): MODULEPATH gets ~/.local/ctinstall/modules\n',
    );
    await sandbox.succeed('ctinstall settings set prefix ~/mine');
    expect((await added(sandbox, '')).stdout).toBe('~/mine/modules');
    expect(await added(sandbox, without)).toEqual({ stdout: '~/mine/modules', stderr: '' });
    await sandbox.succeed('ctinstall settings set prefix ~/other');
    const changed = await added(sandbox, without);
    expect(changed.stdout).toBe('~/mine/modules');
    expect(changed.stderr).toContain('MODULEPATH gets ~/mine/modules\n');
    const named = await added(sandbox, `${without}; export CTINSTALL_PREFIX=~/named`);
    expect(named).toEqual({ stdout: '~/named/modules', stderr: '' });
  });

  test('settings with a fault are told of, and the module loads', async () => {
    const sandbox = makeSandbox();
    sandbox.write('.config/ctinstall/settings.yaml', 'prefix: [\n');
    const { stdout, stderr } = await added(sandbox, '');
    expect(stdout).toBe('~/.local/ctinstall/modules');
    expect(stderr).toContain('error: the settings file `~/.config/ctinstall/settings.yaml` has');
  });
});

test('with Environment Modules the same', async () => {
  const sandbox = makeSandbox();
  const { stdout, stderr } = await sandbox.run(
    `${fresh}; unset -f module ml; . "$CT_ENVMODULES_INIT"; export MODULEPATH=$CT_TOOL/modulefiles
    export CTINSTALL_SITE=lumi EBU_USER_PREFIX=~/ebu CTINSTALL_MORE_PREFIXES=~/p1
    module load ctinstall; echo "$MODULEPATH"; export EBU_USER_PREFIX=~/x
    module unload ctinstall; [ "$MODULEPATH" = "$CT_TOOL/modulefiles" ]; echo "$? \${CTINSTALL_MODULE_PATH-unset}"`,
  );
  expect(stderr).toBe('');
  expect(stdout.replaceAll(sandbox.dir, '~')).toMatch(/^~\/ebu\/ctinstall\/modules:~\/p1\/modules:\/.*\n0 unset\n$/);
});

test('an install says in a line what to put where, until that is done', async () => {
  const sandbox = makeSandbox();
  sandbox.write('tiny-1.0.yaml', tinyEasyconfig());
  const shell = { SHELL: '/bin/bash' };
  const install = 'ctinstall --rebuild --image-dir "$CT_IMAGES" tiny-1.0.yaml';
  const line = `In new sessions it may not be found: put \`module use ${sandbox.prefix}/modules\` into ~/.bashrc\n`;
  expect((await sandbox.run(install, shell)).stderr).toContain(line);
  expect(
    (await sandbox.run(`echo 'module use ~/ctinstall/modules' > .bashrc; ${install}`, shell)).stderr,
  ).not.toContain('new sessions');
  const behind = await sandbox.run(
    `mkdir -p first/tiny; touch first/tiny/1.0.lua; module use ~/first; ${install}`,
    shell,
  );
  expect(behind.stderr).toContain(
    `warning: \`module load tiny/1.0\` takes the module of that name in \`${sandbox.dir}/first\`, which comes before`,
  );
  expect(behind.stderr).toContain(`hint: module use ${sandbox.prefix}/modules`);
});
