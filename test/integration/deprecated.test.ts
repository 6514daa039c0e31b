import { expect, test } from 'vitest';
import { modulesTools } from '../harness/modules-tools.ts';
import { makeSandbox, tinyEasyconfig } from '../harness/sandbox.ts';
import { shells } from '../harness/shells.ts';

/* Each command says once of each deprecated module that it loads that it is so; and nothing where it loads none. */

const [bash] = shells;

test.each(modulesTools)('$name: a deprecation is said once', async ({ name, setting, init }) => {
  if (bash === undefined) throw new RangeError('no shell');
  const { succeed, run, write } = makeSandbox();
  for (const version of ['1.0', '2.0'])
    write(`old-${version}.yaml`, tinyEasyconfig('deprecated: use new\n', { name: 'old', version }));
  write('new-1.0.yaml', tinyEasyconfig('', { name: 'new' }));
  const needs = 'module_kind: tool\ndepends_on: [old/1.0]\n';
  write('needs-1.0.yaml', tinyEasyconfig(needs, { name: 'needs' }));
  write('both-1.0.yaml', tinyEasyconfig(`${needs}deprecated: use new\n`, { name: 'both' }));
  await succeed(
    `ctinstall --modules-tool ${setting} --image-dir "$CT_IMAGES" old-1.0.yaml old-2.0.yaml new-1.0.yaml needs-1.0.yaml both-1.0.yaml`,
  );
  const isLmod = setting === 'lmod';
  // Environment Modules leaves what is loaded as it is, and Lmod loads it anew.
  const again = isLmod ? ['old/1.0'] : [];
  const steps: readonly (readonly [command: string, said: readonly string[]])[] = [
    ['load old/1.0', ['old/1.0']],
    ['load old/1.0', again],
    ['swap old/1.0 old/2.0', ['old/2.0']],
    ['swap old/2.0 new/1.0', []],
    ['swap new/1.0 old/1.0', ['old/1.0']],
    ['reload', ['old/1.0']],
    ['save one', []],
    ['purge', []],
    ['restore one', ['old/1.0']],
    ['unload old/1.0', []],
    ['load needs', ['old/1.0']],
    ['unload needs', []],
    ['load both', ['both/1.0', 'old/1.0']],
    ['save two', []],
    ['purge', []],
    ['restore two', ['both/1.0', 'old/1.0']],
    ['show old/1.0', []],
    ['whatis old/1.0', []],
    ['avail', []],
    ['purge', []],
    ['load old/1.0 needs', ['old/1.0']],
  ];
  const commands = steps.map(([command]) => `echo '# ${command}'; module ${command}`);
  write('main', [bash.begin(init(bash)), 'module use "$CTINSTALL_PREFIX/modules"', ...commands, ''].join('\n'));
  const { stdout } = await run(
    `exec 2>&1; exec env -i HOME="$HOME" PATH=/usr/bin:/bin LANG=C.UTF-8 TERM=dumb LMOD_PAGER=none MODULES_PAGER= COLUMNS=200 CTINSTALL_PREFIX="$CTINSTALL_PREFIX" ${bash.argv.join(' ')} main`,
  );
  const said = stdout
    .split(/^# /m)
    .slice(1)
    .map((text) => {
      const [command = '', ...rest] = text.split('\n');
      return [command, [...rest.join(' ').matchAll(/(\S+) is deprecated: use new/g)].map(([, each]) => each).sort()];
    });
  expect(said, `${name}\n${stdout}`).toEqual(steps);
});
