import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { makeSandbox, tinyEasyconfig } from '../harness/sandbox.ts';

const install = 'ctinstall --image-dir "$CT_IMAGES" tiny-1.0.yaml';

test.each([
  ['container/name/version', 'container/tiny', 'lmod'],
  ['moduleclass/name/version', 'ai/tiny', 'lmod'],
  ['container/name/version', 'container/tiny', 'environment-modules'],
])('%s: the module is %s, with %s', async (scheme, name, tool) => {
  const { succeed, run, write, prefix } = makeSandbox();
  const environment = { CTINSTALL_NAMING_SCHEME: scheme, CTINSTALL_MODULES_TOOL: tool };
  const init = tool === 'lmod' ? '' : '. "$CT_ENVMODULES_INIT"; module use "$CTINSTALL_PREFIX/modules";';
  for (const version of ['1.0', '2.0']) write(`tiny-${version}.yaml`, tinyEasyconfig('moduleclass: ai\n', { version }));
  const out = await succeed(`${install} tiny-2.0.yaml; ${install} --default`, environment);
  expect(out).toContain(`module load ${name}/1.0\n`);
  expect(readdirSync(join(prefix, 'modules'))).toEqual([name.split('/')[0]]);
  expect(await succeed(`${init} module load ${name}; singularity exec "$SIF" echo runs; echo "$EBVERSIONTINY"`)).toBe(
    'runs\n1.0\n',
  );
  // The other version replaces it, or is refused beside it, as the tool has it.
  const both = await run(`${init} module load ${name}/1.0; module load ${name}/2.0; module -t list 2>&1`);
  expect(both.stdout.match(/tiny\/\d/g)).toHaveLength(1);
  expect(await succeed('ctinstall list; ctinstall verify', environment)).toMatch(
    new RegExp(`^${name}/1\\.0 .*\n${name}/2\\.0 .*\n${name}/1\\.0: as installed\n${name}/2\\.0: as installed\n$`),
  );
  await succeed(`ctinstall uninstall --yes ${name}/2.0; ctinstall uninstall --yes tiny/1.0`, environment);
  expect(readdirSync(join(prefix, 'modules'))).toEqual([]);
});

test('a scheme that changes leaves no modulefile or default of the old name behind', async () => {
  const { succeed, write, prefix } = makeSandbox();
  write('tiny-1.0.yaml', tinyEasyconfig());
  await succeed(`${install} --default`);
  const modules = (): string[] =>
    readdirSync(join(prefix, 'modules'), { recursive: true, encoding: 'utf8' })
      .filter((path) => path.endsWith('.lua'))
      .sort();
  expect(modules()).toEqual(['tiny/.modulerc.lua', 'tiny/1.0.lua']);
  await succeed('ctinstall regenerate --all', { CTINSTALL_NAMING_SCHEME: 'container/name/version' });
  expect(modules()).toEqual(['container/tiny/.modulerc.lua', 'container/tiny/1.0.lua']);
  expect(await succeed('ctinstall verify tiny; module load container/tiny; echo "$EBVERSIONTINY"')).toBe(
    'container/tiny/1.0: as installed\n1.0\n',
  );
  await succeed(`${install} --rebuild`);
  expect(modules()).toEqual(['tiny/.modulerc.lua', 'tiny/1.0.lua']);
  expect(existsSync(join(prefix, 'modules/container'))).toBe(false);
});
