import { expect, test } from 'vitest';
import { makeSandbox, type Sandbox, tinyEasyconfig } from '../harness/sandbox.ts';

/* What an install says of the Environment Modules of the session. */

const install = 'ctinstall --modules-tool environment-modules --image-dir "$CT_IMAGES"';

const inits = ['CT_ENVMODULES_INIT', 'CT_ENVMODULES_SID_INIT'];
/** In place of the Lmod of the sandbox. */
const use = (init: string): string => `module purge 2> /dev/null; unset LMOD_CMD; . "$${init}"\n`;

const said = (text: string): string => text.replace(/\s+/g, ' ');

async function installed(sandbox: Sandbox, init: string, files: string): Promise<string> {
  const { status, stderr } = await sandbox.run(`${use(init)} ${install} ${files}`);
  expect(status, stderr).toBe(0);
  return said(stderr);
}

test('a version that lacks what modules need is told of in one warning, by the install and by `check`', async () => {
  const { run, write } = makeSandbox();
  for (const name of ['one', 'two']) write(`${name}-1.0.yaml`, tinyEasyconfig('', { name }));
  // A version that none of the test bed's is.
  write('modulecmd', '#!/bin/sh\necho "Modules Release 4.5.3 (2020-08-31)" >&2\n');
  const before = 'chmod +x modulecmd; unset LMOD_CMD; export MODULES_CMD=$PWD/modulecmd\n';
  const { stderr } = await run(`${before} ${install} one-1.0.yaml two-1.0.yaml`);
  expect(
    said(stderr).match(/warning: Environment Modules 4\.5\.3 lacks `family`, which is from 5\.1 on/g),
  ).toHaveLength(1);
  expect(stderr).toContain('5.1 or later');
  const checked = await run(`${before} ctinstall check --modules-tool environment-modules`);
  expect(said(checked.stdout)).toMatch(/unusable modules tool .*`module-hide`, which is from 4\.6 on/);
});

test.each(inits)('a `+` that is read as a variant is told of, with words that load the module: %s', async (init) => {
  const sandbox = makeSandbox();
  for (const [name, version] of [
    ['odd+x', '1.0'],
    ['odd', '1.0+x'],
    ['c++', '1.0'],
  ] as const)
    sandbox.write(`${name}-${version}.yaml`, tinyEasyconfig('', { name, version }));
  const plain = await installed(sandbox, init, 'c++-1.0.yaml');
  expect(plain).not.toContain('variant');
  const warned = await installed(sandbox, init, 'odd+x-1.0.yaml odd-1.0+x.yaml');
  expect(warned.match(/warning: Environment Modules [\d.]+ takes what is behind a `\+`/g)).toHaveLength(1);
  expect(warned).toContain('may not find `odd+x/1.0`, `odd/1.0+x`');
  expect(warned).toContain('module config advanced_version_spec 0; module load odd+x/1.0');
  const modules = 'module use "$CTINSTALL_PREFIX/modules"';
  const roots = (words: string): string => `
    module load odd+x/1.0; echo "$EBVERSIONODDPLUSX$EBVERSIONODDX"; module unload odd+x/1.0
    module load odd/1.0+x; echo "$EBVERSIONODD"; module unload odd/1.0+x; module -t list 2>&1 | grep -c odd || true; ${words}`;
  const loaded = await sandbox.run(`${use(init)} ${modules}; module config advanced_version_spec 0; ${roots('')}`);
  expect(loaded.stdout).toMatch(/^\S*1\.0\n1\.0\+x\n0\n$/);
  expect((await sandbox.run(`${use(init)} ${modules}; module load odd/1.0+x`)).stderr).toContain('Unable to locate');
  const inSession = await sandbox.run(`${use(init)} ${modules}; export MODULES_ADVANCED_VERSION_SPEC=0; ${roots('')}
    ${install} --rebuild odd-1.0+x.yaml`);
  expect(inSession.stdout).toMatch(/^\S*1\.0\n1\.0\+x\n0\n/);
  expect(inSession.stderr).not.toContain('variant');
});

test('a loaded module that becomes one of the other kind is told of, and no other', async () => {
  const { succeed, write } = makeSandbox();
  const as = (kind: string): string => tinyEasyconfig(`module_kind: ${kind}`);
  write('tiny-1.0.yaml', as('environment'));
  const again = 'ctinstall --rebuild --image-dir "$CT_IMAGES" tiny-1.0.yaml';
  const load = 'module use "$CTINSTALL_PREFIX/modules"; module load tiny';
  expect(await succeed(`(${again}; ${load}; ${again}) 2>&1`)).not.toContain('warning');
  write('tiny-1.0.yaml', as('tool'));
  const stderr = said(await succeed(`(${load}; ${again}) 2>&1`));
  expect(stderr).toContain('as a module of the kind `environment`, and becomes one of the kind `tool`');
  expect(stderr).toContain('hint: module unload tiny/1.0 before you install it');
});
