import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { parseEnvironment } from '../harness/environment.ts';
import { makeSandbox, type Sandbox, tinyEasyconfig } from '../harness/sandbox.ts';

/* Modules for Environment Modules, with the real one and the real container runtime. */

const forEnvironmentModules = { CTINSTALL_MODULES_TOOL: 'environment-modules' };

/** From here on `module` is that of Environment Modules. */
const environmentModules = '. "$CT_ENVMODULES_INIT"; [[ $(module --version 2>&1) == Modules* ]]\n';

async function installTiny(sandbox: Sandbox, flags = '--modules-tool environment-modules'): Promise<string> {
  sandbox.write('tiny-1.0.yaml', tinyEasyconfig('description: Small.\n'));
  return sandbox.succeed(`ctinstall ${flags} --image-dir "$CT_IMAGES" tiny-1.0.yaml`);
}

describe('a module for Environment Modules', () => {
  test('is installed, loaded, run and unloaded', async () => {
    const sandbox = makeSandbox();
    expect(await installTiny(sandbox)).toContain('module load tiny/1.0\n');
    const out = await sandbox.run(
      `set -e
      ${environmentModules}
      env -0 > before
      module load tiny
      [ "$SINGULARITY_BIND" = "$APPTAINER_BIND" ]
      singularity exec "$SIF" ls -d /user-software /runscripts /mine
      start-shell -c 'echo in the container'
      module unload tiny
      env -0 > after`,
      { SINGULARITY_BIND: '/etc:/mine' },
    );
    expect(out).toMatchObject({
      status: 0,
      stdout: '/mine\n/runscripts\n/user-software\nin the container\n',
      stderr: '',
    });
    const [before, after] = [await sandbox.succeed('cat before'), await sandbox.succeed('cat after')].map((text) =>
      parseEnvironment(text),
    );
    expect(after).toEqual(before);
  });

  test('is all that is seen, and says what it is', async () => {
    const sandbox = makeSandbox();
    await installTiny(sandbox);
    const said = await sandbox.run(
      `${environmentModules} module -t avail tiny; module whatis tiny; module help tiny; module show tiny`,
    );
    const lines = said.stderr.split('\n');
    expect(lines.filter((line) => line.startsWith('tiny'))).toEqual(['tiny/1.0']);
    expect(said.stderr).toContain('tiny/1.0: Description: Small.');
    expect(said.stderr).toContain('Small.\n');
  });

  test('is found through the module of ctinstall itself, and loads beside it', async () => {
    const sandbox = makeSandbox();
    await installTiny(sandbox);
    const out = await sandbox.run(`${environmentModules}
      module unuse "$CTINSTALL_PREFIX/modules"; PATH=/usr/bin:/bin
      module load ctinstall && module load tiny
      type -p ctinstall; echo "$SIF"; module -t list 2>&1 | tail -n +2
      module help ctinstall 2>&1 | grep -c 'ctinstall search'
      module purge; echo "\${SIF-unset} $PATH"`);
    expect(out).toMatchObject({
      stderr: '',
      stdout: expect.stringMatching(
        /^\/.*\/bin\/ctinstall\n\/.*\/tiny\.sif\nctinstall\/[\d.]+\ntiny\/1\.0\n1\nunset \/usr\/bin:\/bin\n$/,
      ),
    });
  });

  test('uses the packed software once it is loaded again, and unloads when its image is gone', async () => {
    const sandbox = makeSandbox();
    sandbox.write('tiny-1.0.yaml', tinyEasyconfig());
    await sandbox.succeed('ctinstall --image "$CT_IMAGES/tiny.sif" tiny-1.0.yaml', forEnvironmentModules);
    const out = await sandbox.succeed(`${environmentModules}
      module load tiny
      echo hello > "$CONTAINERROOT/user-software/file"
      ctinstall squashfs
      module reload
      [[ $SINGULARITY_BIND == *user-software.squashfs:/user-software:ro,image-src=/* ]]
      singularity exec "$SIF" cat /user-software/file
      rm "$SIF"
      module unload tiny
      echo "\${SIF-unset} \${SINGULARITY_BIND-unset}"
      ! module load tiny 2> said; grep -c 'its image is gone' said`);
    expect(out.split('\n').slice(-4)).toEqual(['hello', 'unset unset', '1', '']);
  });
});

describe('the other modules tool', () => {
  test('a rebuild for it leaves one modulefile, which both tools load where both can', async () => {
    const sandbox = makeSandbox();
    const modules = (): string[] => readdirSync(join(sandbox.prefix, 'modules/tiny'));
    await installTiny(sandbox, '');
    expect(modules()).toEqual(['1.0.lua']);
    const load = 'module load tiny; echo "$SIF"';
    const loaded = `${sandbox.prefix}/software/tiny/1.0/tiny.sif\n`;
    expect(await sandbox.succeed(load)).toBe(loaded);

    await installTiny(sandbox, '--rebuild --modules-tool environment-modules');
    expect(modules()).toEqual(['1.0']);
    expect(await sandbox.succeed(`${environmentModules}${load}`)).toBe(loaded);
    expect(await sandbox.succeed('ctinstall verify', forEnvironmentModules)).toMatch(/tiny\/1\.0/);
    // Lmod takes no path with blanks to its reader of Tcl.
    if (!sandbox.prefix.includes(' ')) expect(await sandbox.succeed(load)).toBe(loaded);

    await installTiny(sandbox, '--rebuild');
    expect(modules()).toEqual(['1.0.lua']);
    expect(await sandbox.succeed(load)).toBe(loaded);
  });

  test('regenerate is enough for it', async () => {
    const sandbox = makeSandbox();
    await installTiny(sandbox, '');
    await sandbox.succeed('ctinstall regenerate tiny', forEnvironmentModules);
    expect(readdirSync(join(sandbox.prefix, 'modules/tiny'))).toEqual(['1.0']);
    await sandbox.succeed('ctinstall verify');
  });

  test('uninstalling takes the modulefile that is there, whatever the setting says now', async () => {
    const sandbox = makeSandbox();
    for (const [at, now] of [
      ['lmod', 'environment-modules'],
      ['environment-modules', 'lmod'],
    ]) {
      await installTiny(sandbox, `--modules-tool ${at}`);
      await sandbox.succeed(`ctinstall uninstall --yes --modules-tool ${now} tiny`);
      expect(existsSync(join(sandbox.prefix, 'modules/tiny'))).toBe(false);
      expect(existsSync(join(sandbox.prefix, 'software/tiny'))).toBe(false);
    }
  });

  test('verify tells of a second modulefile', async () => {
    const sandbox = makeSandbox();
    await installTiny(sandbox);
    await sandbox.succeed('ctinstall verify');
    await sandbox.succeed(
      `cp ${JSON.stringify(`${sandbox.prefix}/modules/tiny/1.0`)} "$CTINSTALL_PREFIX/modules/tiny/1.0.lua"`,
    );
    const { status, stdout, stderr } = await sandbox.run('ctinstall verify');
    expect(status).toBe(1);
    expect(stdout + stderr).toContain('1.0.lua is a second modulefile');
  });
});
