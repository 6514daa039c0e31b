import { expect, test } from 'vitest';
import { type ModulesTool, modulesTools } from '../harness/modules-tools.ts';
import { makeSandbox, tinyEasyconfig } from '../harness/sandbox.ts';
import { type Shell, shells } from '../harness/shells.ts';

/* What a module does in the shell beside variables: it is there after the load, gone after the unload, and runs nothing itself. */

const recipe = `family: demo_tools
usage: "Call it: %(name)s"
examples: "hello world"
citing: A. Author, 2025
load_message: "Read this first\\nand then that"
aliases: { greet: 'echo hello "$EBVERSIONADDS"' }
functions:
  hello: 'echo "it is $#: $1"; echo ''a}; touch canary; {b'''
  same: 'echo same "$@"'
  both: { bash: 'echo bash "$1"', csh: 'echo csh $1' }
`;

test.each(modulesTools)('$name: aliases, functions, the family and the message', async (tool) => {
  const sandbox = makeSandbox();
  const { succeed, write, run } = sandbox;
  write('adds-1.0.yaml', tinyEasyconfig(`module_kind: tool\n${recipe}`, { name: 'adds' }));
  write('other-1.0.yaml', tinyEasyconfig('module_kind: tool\nfamily: demo_tools\n', { name: 'other' }));
  await succeed(`ctinstall --modules-tool ${tool.setting} --image-dir "$CT_IMAGES" adds-1.0.yaml other-1.0.yaml`);
  const [bash] = shells;
  if (bash === undefined) throw new RangeError('no shell');
  const said = await say(sandbox, bash, tool, [
    'shopt -s expand_aliases',
    'module load adds 2>&1',
    'greet',
    'hello one two',
    'same x y',
    'both z',
    'module help adds 2>&1',
    'module unload adds 2>&1',
    'type greet hello same both >&2 2>/dev/null || echo gone',
  ]);
  expect(said).toMatch(
    /Read this first\nand then that\n[\s\S]*hello 1\.0\nit is 2: one\na}; touch canary; {b\nsame x y\nbash z\n/,
  );
  expect(said).toMatch(/Usage\n\n {4}Call it: adds\n\nExamples\n\n {4}hello world\n\nCiting\n\n {4}A\. Author, 2025\n/);
  expect(said).toMatch(/gone\n$/);
  const both = await say(sandbox, bash, tool, ['module load adds other 2>&1', 'module -t list 2>&1']);
  const loaded = both.split('\n').filter((line) => /^(adds|other)\/1\.0$/.test(line));
  expect(loaded).toEqual(tool.setting === 'lmod' ? ['other/1.0'] : ['adds/1.0']);
  expect((await run('test -e canary')).status).toBe(1);
});

const [lmod] = modulesTools;

test('zsh, tcsh and fish have them, with Lmod', async () => {
  const sandbox = makeSandbox();
  if (lmod === undefined) throw new RangeError('no modules tool');
  sandbox.write('adds-1.0.yaml', tinyEasyconfig(`module_kind: tool\n${recipe}`, { name: 'adds' }));
  await sandbox.succeed('ctinstall --image-dir "$CT_IMAGES" adds-1.0.yaml');
  for (const shell of shells.filter(({ name }) => name !== 'bash')) {
    const said = await say(sandbox, shell, lmod, ['module load adds', 'greet', 'same x y', 'both z']);
    // fish is given the words of bash, where "$@" means nothing.
    const same = { zsh: 'same x y\nbash z\n', tcsh: 'same x y\ncsh z\n' }[shell.name] ?? '';
    expect([shell.name, said]).toEqual([shell.name, expect.stringContaining(`hello 1.0\n${same}`)]);
  }
  expect((await sandbox.run('test -e canary')).status).toBe(1);
});

async function say(
  { run, write }: ReturnType<typeof makeSandbox>,
  shell: Shell,
  { init }: ModulesTool,
  lines: readonly string[],
): Promise<string> {
  write('main', [shell.begin(init(shell)), 'module use "$CTINSTALL_PREFIX/modules"', ...lines, ''].join('\n'));
  const { stdout } = await run(
    `exec env -i HOME="$HOME" PATH=/usr/bin:/bin LANG=C.UTF-8 TERM=dumb LMOD_PAGER=none MODULES_PAGER= COLUMNS=200 CTINSTALL_PREFIX="$CTINSTALL_PREFIX" ${shell.argv.join(' ')} main`,
  );
  return stdout;
}
