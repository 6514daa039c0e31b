import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { makeSandbox, type Sandbox, tinyEasyconfig } from '../harness/sandbox.ts';

const install = 'ctinstall --image-dir "$CT_IMAGES"';

/** Easyconfigs of three versions of one name. */
function prepared(more: Readonly<Record<string, string>> = {}): Sandbox & { readonly modules: string } {
  const sandbox = makeSandbox();
  for (const version of ['1.0', '2.0', '3.0'])
    sandbox.write(`tiny-${version}.yaml`, tinyEasyconfig(more[version], { version }));
  return { ...sandbox, modules: join(sandbox.prefix, 'modules/tiny') };
}

const loadedVersion = 'module load tiny; echo "$EBVERSIONTINY"; module unload tiny';

test('--default chooses the version that `module load` takes, until it is uninstalled', async () => {
  const { succeed, modules } = prepared();
  await succeed(`${install} tiny-1.0.yaml tiny-2.0.yaml tiny-3.0.yaml`);
  await succeed(`${install} --default tiny-2.0.yaml`);
  expect(await succeed(loadedVersion)).toBe('2.0\n');
  expect(await succeed('module -t avail tiny 2>&1')).not.toMatch(/modulerc/);
  await succeed(`${install} --rebuild tiny-2.0.yaml; ${install} --rebuild tiny-3.0.yaml`);
  expect(await succeed(loadedVersion)).toBe('2.0\n');
  await succeed(`${install} --rebuild --default tiny-1.0.yaml`);
  expect(await succeed(loadedVersion)).toBe('1.0\n');
  await succeed('ctinstall uninstall --yes tiny/1.0');
  expect(await succeed(loadedVersion)).toBe('3.0\n');
  expect(readdirSync(modules).sort()).toEqual(['2.0.lua', '3.0.lua']);
  await succeed('ctinstall uninstall --yes tiny/2.0; ctinstall uninstall --yes tiny/3.0');
  expect(existsSync(modules)).toBe(false);
});

test('a hidden version is in no list and no default, and loads by its name', async () => {
  const { succeed, modules } = prepared({ '3.0': 'hidden: true\n' });
  await succeed(`${install} tiny-1.0.yaml tiny-3.0.yaml`);
  expect(await succeed('module -t avail tiny 2>&1')).toMatch(/tiny\/1\.0\n/);
  expect(await succeed('module -t avail tiny 2>&1')).not.toContain('tiny/3.0');
  expect(await succeed(loadedVersion)).toBe('1.0\n');
  expect(await succeed('module load tiny/3.0; echo "$EBVERSIONTINY"')).toBe('3.0\n');
  await succeed('ctinstall uninstall --yes tiny/3.0');
  expect(readdirSync(modules)).toEqual(['1.0.lua']);
});

test('a file of marks that is somebody else’s stays as it is, and is named', async () => {
  const { succeed, run, modules } = prepared();
  await succeed(`${install} tiny-1.0.yaml`);
  const file = join(modules, '.modulerc.lua');
  writeFileSync(file, '-- mine\n');
  const { stderr } = await run(`${install} --default tiny-2.0.yaml`);
  expect(stderr).toContain(`warning: \`${file}\` is not ctinstall's and stays as it is`);
  expect(readFileSync(file, 'utf8')).toBe('-- mine\n');
});

test('a deprecated version says at load what to use, and nothing at unload', async () => {
  const { succeed, run } = prepared({ '1.0': 'deprecated: use tiny/2.0\n' });
  await succeed(`${install} tiny-1.0.yaml`);
  const loaded = await run('module load tiny; echo "status $?"; exec 2>&1; echo unloading; module unload tiny');
  expect(loaded.stdout).toMatch(/^status 0\nunloading\n\s*$/);
  expect(loaded.stderr.replace(/\s+/g, ' ')).toContain('tiny/1.0 is deprecated: use tiny/2.0');
});

test('`module spider` finds what the recipe lists, `depends_on` loads what it needs', async () => {
  const { succeed, run } = prepared({ '2.0': 'extensions: [numpy/1.26.4, torchrun]\ndepends_on: [tiny-tool]\n' });
  await succeed(`${install} tiny-2.0.yaml
    mkdir -p more/tiny-tool; echo 'setenv("TINY_TOOL", "here")' > more/tiny-tool/1.lua`);
  const missing = await run('module load tiny');
  expect(missing.stderr).toMatch(/tiny-tool/);
  expect(
    await succeed(
      'module use "$PWD/more"; module load tiny; echo "$TINY_TOOL"; module unload tiny; echo "[$TINY_TOOL]"',
    ),
  ).toBe('here\n[]\n');
  expect(await succeed('module spider numpy 2>&1')).toMatch(/numpy\/1\.26\.4[\s\S]*tiny\/2\.0/);
  expect(await succeed('module spider torchrun 2>&1')).toMatch(/tiny\/2\.0/);
});

test('a new module is seen at once, and one that was removed no more, whatever the spider cache holds', async () => {
  const { succeed } = prepared();
  const environment = { LMOD_SHORT_TIME: '0' };
  const avail = 'module --redirect avail tiny';
  await succeed(`${install} tiny-1.0.yaml; ${avail}`, environment);
  const cached = await succeed('find .lmod.d .cache -name "spiderT*" 2>/dev/null || true');
  expect(cached).toMatch(/spiderT/);
  await succeed(`${install} tiny-2.0.yaml`, environment);
  expect(await succeed(avail, environment)).toContain('tiny/2.0');
  expect(await succeed('module spider tiny 2>&1', environment)).toContain('tiny/2.0');
  await succeed('ctinstall uninstall --yes tiny/1.0', environment);
  expect(await succeed(avail, environment)).not.toContain('tiny/1.0');
});
