import { mkdirSync, readFileSync, rmSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { parseEnvironment } from '../harness/environment.ts';
import { makeSandbox, type Sandbox, tinyEasyconfig } from '../harness/sandbox.ts';

/** Installs the small image as `tiny/1.0`; the easyconfig may say more. */
async function installTiny(sandbox: Sandbox, more = '', environment: Record<string, string> = {}): Promise<string> {
  sandbox.write('tiny-1.0.yaml', tinyEasyconfig(more));
  await sandbox.succeed('ctinstall --image-dir "$CT_IMAGES" tiny-1.0.yaml', environment);
  return join(sandbox.prefix, 'software/tiny/1.0');
}

/** With the small image as `tiny/1.0`, for tests that leave the install as it is. */
let shared: Sandbox;

beforeAll(async () => {
  const removals: (() => void)[] = [];
  shared = makeSandbox((remove) => removals.push(remove));
  await installTiny(shared);
  return () => {
    for (const remove of removals) remove();
  };
});

describe('the image, decided at load', () => {
  test('the own copy, else the central one, also for a link to nothing, else one clear message; unloading works all the same', async () => {
    const sandbox = makeSandbox();
    const central = join(sandbox.dir, 'central');
    await sandbox.succeed(`mkdir ${central}; cp "$CT_IMAGES/tiny.sif" ${central}`);
    sandbox.write('tiny-1.0.yaml', tinyEasyconfig());
    await sandbox.succeed(`ctinstall --image-dir ${central} tiny-1.0.yaml`);
    const own = join(sandbox.prefix, 'software/tiny/1.0/tiny.sif');
    expect(
      await sandbox.succeed(
        'module load tiny; echo "$SIF"; rm "$SIF"; module load tiny; echo "$SIF"; singularity exec "$SIF" true',
      ),
    ).toBe(`${own}\n${central}/tiny.sif\n`);
    symlinkSync('/nowhere.sif', own);
    expect(await sandbox.succeed('module load tiny; echo "$SIF"')).toBe(`${central}/tiny.sif\n`);

    const out = await sandbox.run(`
      module load tiny
      env -0 > loaded
      rm ${central}/tiny.sif
      module unload tiny && echo unloaded
      env -0 > unloaded
      module load tiny; echo "status $?"
      env -0 > failed`);
    expect(out.stdout).toBe('unloaded\nstatus 1\n');
    expect(out.stderr).toContain('tiny/1.0: its image is gone');
    expect(out.stderr).toContain(`${central}/tiny.sif`);
    expect(out.stderr.match(/its image is gone/g)).toHaveLength(1);
    const [failed, unloaded] = ['failed', 'unloaded'].map((name) =>
      parseEnvironment(readFileSync(join(sandbox.dir, name), 'utf8')),
    );
    expect(failed).toEqual(unloaded);
    expect(failed).not.toHaveProperty('SIF');
  });
});

describe('/user-software, decided at load', () => {
  test('squashfs before directory before nothing', async () => {
    const sandbox = makeSandbox();
    const installDir = await installTiny(sandbox);
    const load = 'module load tiny; echo "$SINGULARITY_BIND"';
    expect(await sandbox.succeed(load)).toContain(`${installDir}/user-software:/user-software`);
    await sandbox.succeed(
      `cd "${installDir}"; echo hello > user-software/file; mksquashfs user-software user-software.squashfs -quiet -no-progress`,
    );
    expect(await sandbox.succeed(load)).toContain(`${installDir}/user-software.squashfs:/user-software:ro,image-src=/`);
    const ran = await sandbox.run(
      'module load tiny; singularity exec "$SIF" sh -c "cat /user-software/file; touch /user-software/x"',
    );
    expect(ran.stdout).toBe('hello\n');
    expect(ran.stderr).toContain('Read-only file system');
    expect(ran.stderr).not.toMatch(/WARNING|INFO/);
    await sandbox.succeed(`cd "${installDir}"; rm -r user-software*; ln -s nowhere user-software.squashfs`);
    expect(await sandbox.succeed(load)).not.toContain('user-software');
  });
});

describe('binds', () => {
  test('an optional one is left out where it is missing, a required one is named', async () => {
    const sandbox = makeSandbox();
    const here = join(sandbox.dir, 'here');
    mkdirSync(here);
    const more = `binds:\n  - { host: ${here}, container: /here, access: ro }\n  - { host: /no/such/place, optional: true }\n`;
    await installTiny(sandbox, more);
    const bind = await sandbox.succeed(
      'module load tiny; echo "$SINGULARITY_BIND"; singularity exec "$SIF" sh -c "[ -d /here ]"',
    );
    expect(bind).toContain(`${here}:/here:ro`);
    expect(bind).not.toContain('/no/such/place');
    rmSync(here, { recursive: true });
    const { status, stderr } = await sandbox.run('module load tiny');
    expect(status).toBe(1);
    expect(stderr).toContain(`${here} is not on this node`);
    const told = await sandbox.run('ctinstall --image-dir "$CT_IMAGES" --rebuild tiny-1.0.yaml');
    expect(told.status).toBe(0);
    expect(told.stderr.match(/^warning: .*/gm)).toEqual([
      `warning: tiny/1.0 does not load on this node: its bind \`${here}\` is required and missing here`,
    ]);
  });

  test('a group is what the settings say, from a file and from the environment', async () => {
    const sandbox = makeSandbox();
    for (const name of ['a', 'b']) mkdirSync(join(sandbox.dir, name));
    sandbox.write('.config/ctinstall/settings.yaml', `bind_groups:\n  filesystems: [${sandbox.dir}/a]\n`);
    await installTiny(sandbox, 'binds: [{ site: filesystems }]\n');
    expect(await sandbox.succeed('module load tiny; echo "$SINGULARITY_BIND"')).toContain(
      `${sandbox.dir}/a:${sandbox.dir}/a,`,
    );
    await sandbox.succeed('ctinstall --rebuild --image-dir "$CT_IMAGES" tiny-1.0.yaml', {
      CTINSTALL_BIND_GROUPS: `{ filesystems: [${sandbox.dir}/b] }`,
    });
    expect(await sandbox.succeed('module load tiny; echo "$SINGULARITY_BIND"')).toContain(
      `${sandbox.dir}/b:${sandbox.dir}/b,`,
    );
  });
});

describe("the user's environment", () => {
  const users: readonly [string, Record<string, string>][] = [
    ['nothing set', {}],
    ['SINGULARITY_BIND', { SINGULARITY_BIND: '/etc:/mine' }],
    ['APPTAINER_BIND', { APPTAINER_BIND: '/etc:/mine' }],
    ['both, the same', { SINGULARITY_BIND: '/etc:/mine', APPTAINER_BIND: '/etc:/mine' }],
    ['both, different', { SINGULARITY_BIND: '/usr:/theirs', APPTAINER_BIND: '/etc:/mine' }],
    [
      'odd but legal values',
      {
        SINGULARITY_BIND: '/etc/:/mine/,/usr//:/theirs:ro',
        SINGULARITYENV_PREPEND_PATH: '/x/:/y//z',
        SIF: 'ab  c?',
        RUNSCRIPTS: '~/a//b/ ',
      },
    ],
    ['APPTAINER_BINDPATH', { APPTAINER_BINDPATH: '/etc:/mine' }],
  ];

  test(`both see all binds in silence, and unload gives back what was: ${users.map(([what]) => what).join('; ')}`, async () => {
    for (const [what, environment] of users) {
      const ran = await shared.run(
        `set -e
        env -0 > before
        module load tiny
        [ "$SINGULARITY_BIND" = "$APPTAINER_BIND" ]
        singularity exec "$SIF" sh -c 'ls -d /user-software /runscripts /mine 2>/dev/null; true'
        module unload tiny
        env -0 > after`,
        environment,
      );
      const wanted = `${Object.keys(environment).length > 0 ? '/mine\n' : ''}/runscripts\n/user-software\n`;
      expect([what, ran]).toEqual([what, { status: 0, signal: null, stdout: wanted, stderr: '' }]);
      const [before, after] = ['before', 'after'].map((name) =>
        parseEnvironment(readFileSync(join(shared.dir, name), 'utf8')),
      );
      expect([what, after]).toEqual([what, before]);
    }
  });

  test('what the user changes between two loads counts, not what was there at the first', async () => {
    // Older ones bring back the first value that a shell had.
    const out = await shared.succeed(`. "$CT_LMOD_SID_INIT"; module use "$CTINSTALL_PREFIX/modules"
      t() { echo "$1 \${SINGULARITY_BIND-unset} \${APPTAINER_BIND-unset} \${SIF-unset}"; }
      export SINGULARITY_BIND=/one:/one SIF=/first; module load tiny; module load tiny; module unload tiny; t 1
      export SINGULARITY_BIND=/two:/two; unset SIF; module load tiny; module unload tiny; t 2
      unset SINGULARITY_BIND; export APPTAINER_BIND=/three:/three SIF=/third; module load tiny; module purge; t 3
      export APPTAINER_BIND=; module load tiny; module unload tiny; t 4`);
    // An exported empty variable comes back as unset: Lmod's stack can't hold it.
    expect(out).toBe(
      '1 /one:/one unset /first\n2 /two:/two unset unset\n3 unset /three:/three /third\n4 unset unset /third\n',
    );
  });

  test('of two modules of ours one is loaded at a time, in whatever order', async () => {
    shared.write('other-1.0.yaml', tinyEasyconfig('', { name: 'other' }));
    await shared.succeed('ctinstall --image-dir "$CT_IMAGES" other-1.0.yaml');
    const ran = await shared.run(
      `module load tiny; module load other; module -t list 2>&1 | grep 1.0; singularity exec "$SIF" ls -d /mine /user-software; echo "$SIF $EBROOTTINY"
      module load tiny; module unload other; module unload tiny; echo "$SINGULARITY_BIND \${APPTAINER_BIND-unset} \${SIF-unset}"`,
      { SINGULARITY_BIND: '/etc:/mine' },
    );
    expect(ran.stdout).toBe(
      `other/1.0\n/mine\n/user-software\n${shared.prefix}/software/other/1.0/tiny.sif \n/etc:/mine unset unset\n`,
    );
    expect(ran.stderr).toContain('replacing "tiny/1.0" with "other/1.0"');
  });

  test('a bind of the user for a place of ours wins, with no warning', async () => {
    mkdirSync(join(shared.dir, 'mine'));
    shared.write('mine/file', 'mine');
    const ran = await shared.run('module load tiny; singularity exec "$SIF" cat /user-software/file', {
      SINGULARITY_BIND: `${shared.dir}/mine:/user-software/`,
    });
    expect(ran).toMatchObject({ stdout: 'mine', stderr: '' });
  });
});

describe('module commands', () => {
  test('help, whatis, avail, conflict with another version, module use line', async () => {
    const sandbox = makeSandbox();
    sandbox.write(
      'tiny-1.0.yaml',
      tinyEasyconfig(
        'description: "Small: ]] $HOME `x` \\"q\\""\nhomepage: https://example.org/\ndocurls: [https://example.org/docs]\n',
      ),
    );
    sandbox.write('tiny-2.0.yaml', tinyEasyconfig('', { version: '2.0' }));
    const said = await sandbox.succeed(
      'MODULEPATH=/elsewhere ctinstall --image-dir "$CT_IMAGES" tiny-1.0.yaml tiny-2.0.yaml',
    );
    const modules = join(sandbox.prefix, 'modules');
    expect(said).toContain(`module use ${modules.includes(' ') ? `'${modules}'` : modules}\nmodule load tiny/1.0\n`);
    const { stderr: told, stdout } = await sandbox.run(
      `module help tiny/1.0; module whatis tiny/1.0; module -t avail tiny
       module load tiny/1.0; module load tiny/2.0; module -t list 2>&1 | grep tiny; echo $EBVERSIONTINY`,
    );
    const [help = '', whatis = ''] = told.split(/(?=^tiny\/1\.0 *: Name)/m);
    for (const text of ['Small: ]] $HOME `x` "q"', 'https://example.org/', 'https://example.org/docs'])
      expect(help).toContain(text);
    for (const text of [
      'Name: tiny',
      'Version: 1.0',
      'URL: https://example.org/',
      'Documentation: https://example.org/docs',
    ])
      expect(whatis).toContain(text);
    expect(told).toMatch(/tiny\/1\.0\ntiny\/2\.0\n/);
    expect(stdout).toBe('tiny/2.0\n2.0\n');
    const refused = await sandbox.run('module load tiny/1.0; module load tiny/2.0', {
      LMOD_DISABLE_SAME_NAME_AUTOSWAP: 'yes',
    });
    expect(refused.status).toBe(1);
  });

  test('values of the recipe arrive as they are, outside and inside', async () => {
    const sandbox = makeSandbox();
    const value = '$HOME `id` "q" \\n {x} \'s\' ]] ü %%';
    await installTiny(
      sandbox,
      `env:\n  module: { OUTSIDE: ${JSON.stringify(value)} }\n  container: { INSIDE: ${JSON.stringify(value)} }\n`,
    );
    const wanted = value.replace('%%', '%');
    expect(
      await sandbox.succeed(
        'module load tiny; printf "%s\\n" "$OUTSIDE"; singularity exec "$SIF" sh -c \'printf %s "$INSIDE"\'',
      ),
    ).toBe(`${wanted}\n${wanted}`);
  });
});
