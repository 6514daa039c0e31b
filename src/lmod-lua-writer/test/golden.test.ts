import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import {
  and,
  assign,
  attribute,
  blank,
  call,
  comment,
  concat,
  conflict,
  dependsOn,
  environmentValue,
  equals,
  fail,
  family,
  forEach,
  forEachMatch,
  giveBack,
  help,
  index,
  isMode,
  type LuaStatement,
  list,
  load,
  local,
  localFunction,
  method,
  name,
  nil,
  not,
  notEquals,
  number,
  or,
  prependPath,
  pushenv,
  renderLua,
  run,
  setenv,
  warn,
  whatis,
  when,
} from '../index.ts';
import { branchOf, ifTrue, loadModule } from './support.ts';

/** A modulefile that uses every part of the vocabulary, of the kind that `ctinstall` writes. */
const example: LuaStatement[] = [
  comment('mpi4py 3.1.6\nwritten by a test: do not edit'),
  blank(),
  help('Runs "mpi4py" in a container.\n\n  $SIF\tthe image\n  ]] is only text, and so is `id`\n'),
  ...whatis('Name: mpi4py\nDescription: MPI for Python, "gebündelt"'),
  conflict('mpi4py', 'cray-python'),
  family('containers'),
  blank(),
  localFunction(
    'firstFile',
    ['candidates'],
    [
      forEach('path', name('candidates'), [
        ifTrue(equals(attribute(name('path'), 'mode'), 'file'), giveBack(name('path'))),
      ]),
      giveBack(nil),
    ],
  ),
  blank(),
  local('image', call('firstFile', list('/no such/image.sif', '/etc/passwd'))),
  ifTrue(and(isMode('load'), not(name('image'))), fail('no image: neither the copy nor the central one is there')),
  blank(),
  setenv('SIF', or(name('image'), '')),
  comment('optional binds'),
  local('binds', list('/etc', '/no such directory')),
  local('bind', ''),
  forEach('path', name('binds'), [
    ifTrue(
      equals(attribute(name('path'), 'mode'), 'directory'),
      assign('bind', concat(name('bind'), ',', name('path'))),
    ),
  ]),
  forEachMatch(['option'], method(or(environmentValue('EXTRA'), ''), 'gmatch', '[^,]+'), [
    when(
      [
        branchOf(equals(method(name('option'), 'sub', number(1), number(1)), '-'), comment('left out')),
        branchOf(notEquals(name('option'), 'none'), run(call('table.insert', name('binds'), name('option')))),
      ],
      [ifTrue(isMode('load'), warn('"none" is no bind'))],
    ),
  ]),
  pushenv('SINGULARITY_BIND', concat(method(name('bind'), 'sub', number(2)), or(index(name('binds'), number(3)), ''))),
  prependPath('PATH', '/opt/ctinstall test/bin'),
  prependPath('APPTAINER_BIND', '/scratch:/scratch:ro,/pfs', ','),
  setenv('GREETING', 'é "quoted" $HOME `id` \\ \t end '),
  ifTrue(isMode('spider'), load('never'), dependsOn('never/1.0')),
];

describe('an example modulefile', () => {
  test('is written like this', async () => {
    await expect(renderLua(example)).toMatchFileSnapshot('golden/example.lua');
  });

  test('and works like this in the real Lmod', () => {
    const before = { SINGULARITY_BIND: '/user//bind', EXTRA: '-a,:/extra' };
    const { loaded, unloaded, status, stderr } = loadModule(example, before);
    expect([status, stderr]).toEqual([0, '']);
    expect(loaded.get('SIF')).toBe('/etc/passwd');
    expect(loaded.get('SINGULARITY_BIND')).toBe('/etc:/extra');
    expect(loaded.get('APPTAINER_BIND')).toBe('/scratch:/scratch:ro,/pfs');
    // Lmod keeps one of equal directories in the rest of PATH.
    expect(loaded.get('PATH')?.split(':')[0]).toBe('/opt/ctinstall test/bin');
    expect(loaded.get('GREETING')).toBe(Buffer.from('é "quoted" $HOME `id` \\ \t end ').toString('latin1'));
    expect(unloaded.get('SINGULARITY_BIND')).toBe('/user//bind');
    for (const gone of ['SIF', 'APPTAINER_BIND', 'GREETING']) expect(unloaded.has(gone), gone).toBe(false);
  });
});

test('the example of the README gives what the README shows', () => {
  const image = '/appl/images/my "best" $image.sif';
  const source = renderLua([
    help('Runs mpi4py in a container.\n\n  $SIF is the image'),
    ...whatis('Name: mpi4py\nDescription: MPI for Python'),
    local('found', equals(attribute(image, 'mode'), 'file')),
    ifTrue(and(isMode('load'), not(name('found'))), fail(concat('no image: ', image))),
    setenv('SIF', image),
    prependPath('SINGULARITY_BIND', '/scratch,/pfs:/pfs:ro', ','),
  ]);
  const readme = readFileSync(new URL('../README.md', import.meta.url), 'utf8');
  expect(readme).toContain(`\`\`\`lua\n${source}\`\`\``);
});
