import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { makeSandbox, type Sandbox, tinyEasyconfig } from '../harness/sandbox.ts';

interface Line {
  readonly what: string;
  readonly state: string;
  readonly value: string | null;
  readonly tried: readonly string[];
  readonly hint: string | null;
  readonly stopsInstalls: boolean;
}

async function checkMachine(sandbox: Sandbox, environment: Record<string, string> = {}) {
  const ran = await sandbox.run('mkdir -p tmp; TMPDIR=$PWD/tmp ctinstall check --json', environment);
  const lines: Line[] = JSON.parse(ran.stdout);
  return { ...ran, lineOf: (what: string) => lines.find((line) => line.what === what), lines };
}

describe('the machine', () => {
  test('of the test bed can install; nothing is made but looked at', async () => {
    const sandbox = makeSandbox();
    const { status, lines, lineOf } = await checkMachine(sandbox);
    expect(status).toBe(0);
    for (const what of [
      'container runtime',
      'starting an image',
      'mounting user software',
      'squashfs tools',
      'building images',
      'prefix',
      'room',
      'host MPI',
      'binds: current directory',
    ])
      expect([what, lineOf(what)?.state]).toEqual([what, 'found']);
    expect(lineOf('modules tool')?.value).toMatch(/^Lmod \d/);
    expect(lineOf('starting an image')?.value).toMatch(/^works, mounted/);
    expect(lines.every(({ stopsInstalls }) => !stopsInstalls)).toBe(true);
    expect(existsSync(sandbox.prefix)).toBe(false);
    expect(readdirSync(join(sandbox.dir, 'tmp'))).toEqual([]);
  });

  test('is shown to people, in colours on a terminal only', async () => {
    const sandbox = makeSandbox();
    const page = await sandbox.succeed('ctinstall check');
    expect(page).toMatch(/^found {6}container runtime {2,}\S.*\[`.*`, on PATH\]$/m);
    expect(page).toMatch(/^missing {4}image directories/m);
    expect(page).not.toContain('\u001b');
    const terminal = (variables: string) =>
      sandbox.succeed(`${variables} script -qec 'ctinstall check' /dev/null < /dev/null`);
    expect(await terminal('NO_COLOR=')).toContain('\u001b[32mfound');
    // The line that lives moves the cursor; colours end with an m.
    const escapes = (await terminal('NO_COLOR=1')).split('\u001b');
    expect(escapes.filter((text) => /^\[[\d;]*m/.test(text))).toEqual([]);
  });

  test('where no install can work has exit status 1, and says why', async () => {
    const sandbox = makeSandbox();
    const { status, lineOf, stderr } = await checkMachine(sandbox, { CTINSTALL_PREFIX: '/proc/ctinstall' });
    expect(status).toBe(1);
    expect(lineOf('prefix')).toMatchObject({ state: 'unusable', stopsInstalls: true });
    expect(lineOf('container runtime')?.state).toBe('found');
    expect(stderr).toContain('check-failed');
    const page = await sandbox.run('ctinstall check --prefix /proc/ctinstall --runtime no-such-runtime');
    expect(page.status).toBe(1);
    expect(page.stdout).toMatch(/^missing {4}container runtime {2,}tried `no-such-runtime` on PATH$/m);
    expect(page.stderr).toContain('error: no install can work here: container runtime, prefix');
    // What a runtime shows by itself is not known where there is none.
    expect(page.stdout).not.toContain('not seen in a container');
    const policy = sandbox.write('site.yaml', 'hooks: { pre_install: /no/such/hook }\n');
    const refused = await checkMachine(sandbox, { CTINSTALL_SITE_SETTINGS: policy });
    expect(refused.status).toBe(1);
    expect(refused.lineOf('site policy')).toMatchObject({
      state: 'unusable',
      value: 'the pre_install hook `/no/such/hook` is not there',
      stopsInstalls: true,
    });
  });

  test('whose session has Environment Modules cannot load what is made for Lmod', async () => {
    const sandbox = makeSandbox();
    const linesFor = async (flags: string): Promise<Line[]> =>
      JSON.parse(
        await sandbox.succeed(
          `unset "\${!LMOD@}" "\${!__LMOD@}" "\${!_Module@}" MODULESHOME; . "$CT_ENVMODULES_INIT"; ctinstall check --json ${flags}`,
        ),
      );
    const tool = (lines: readonly Line[]) => lines.find(({ what }) => what === 'modules tool');
    expect(tool(await linesFor(''))).toMatchObject({
      state: 'unusable',
      value: expect.stringMatching(/^Environment Modules 5\.\d.*, but the settings have modulefiles made for Lmod$/),
    });
    expect(tool(await linesFor('--modules-tool environment-modules'))).toMatchObject({ state: 'found' });
  });

  test('where the directory that the user works in is seen in no container', async () => {
    const sandbox = makeSandbox();
    const settings = sandbox.write('site.yaml', 'bind_groups: { filesystems: [/var] }\n');
    const { lineOf } = await checkMachine(sandbox, {
      CTINSTALL_SITE_SETTINGS: settings,
      SCRATCH: '/var/lib',
      WORK: '/srv',
    });
    expect(lineOf('binds: $SCRATCH')).toMatchObject({ state: 'found', tried: ['a bind group of the settings'] });
    expect(lineOf('binds: $WORK')).toMatchObject({ state: 'missing' });
  });
});

describe('easyconfigs', () => {
  const digest = 'a'.repeat(64);
  const good =
    `${tinyEasyconfig('homepage: https://example.org\nwhatis: ["Description: tiny"]\ndescription: tiny\nsanity_check_commands: ["true"]\n')}`.replace(
      'file: tiny.sif',
      `file: tiny.sif, sha256: ${digest}, source: "oras://example.org/tiny@sha256:${digest}"`,
    );

  test('in order, with warnings, and with faults', async () => {
    const sandbox = makeSandbox();
    sandbox.write('good/tiny-1.0.yaml', good);
    sandbox.write('poor/tiny-1.0.yaml', tinyEasyconfig());
    sandbox.write('bad/tiny-1.0.yaml', tinyEasyconfig('nmae: x\n'));
    sandbox.write('worse/tiny-1.0.yaml', `${good}runscripts: [no-such]\n`);
    const check = (names: string, flags = '') => sandbox.run(`ctinstall check ${flags} --easyconfig ${names}`);

    expect(await check('good/tiny-1.0.yaml', '--strict')).toMatchObject({
      status: 0,
      stdout: `${sandbox.dir}/good/tiny-1.0.yaml: in order\n`,
      stderr: '',
    });
    const poor = await check('poor/tiny-1.0.yaml');
    expect(poor.status).toBe(0);
    expect(poor.stdout).toContain(`${sandbox.dir}/poor/tiny-1.0.yaml:3:16: warning: nothing says which image this is`);
    expect((await check('poor/tiny-1.0.yaml', '--strict')).status).toBe(1);
    const bad = await check('good/tiny-1.0.yaml bad/tiny-1.0.yaml worse/tiny-1.0.yaml');
    expect(bad.status).toBe(1);
    expect(bad.stdout).toContain('good/tiny-1.0.yaml: in order');
    expect(bad.stdout).toContain('bad/tiny-1.0.yaml:5:1: fault: unknown key `nmae`');
    expect(bad.stdout).toMatch(/worse\/tiny-1\.0\.yaml:\d+:14: fault: unknown run script `no-such`/);
    expect(bad.stderr).toContain('error: 2 faults in the easyconfigs');
  });

  test('for programs', async () => {
    const sandbox = makeSandbox();
    sandbox.write('tiny-1.0.yaml', tinyEasyconfig('binds: [/scratch/x]\n'));
    const remarks: unknown = JSON.parse(await sandbox.succeed('ctinstall check --json --easyconfig tiny-1.0.yaml'));
    expect(remarks).toContainEqual({
      easyconfig: join(sandbox.dir, 'tiny-1.0.yaml'),
      severity: 'warning',
      line: 5,
      column: 9,
      message: '`/scratch/x` is a path of some sites only',
      hint: expect.stringContaining('`{ site: filesystems }`'),
    });
    const missing = await sandbox.run('ctinstall check --easyconfig no-such.yaml');
    expect(missing.status).toBe(2);
  });
});
