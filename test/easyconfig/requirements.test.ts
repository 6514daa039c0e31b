import { describe, expect, test } from 'vitest';
import {
  describeBadPipOption,
  describeBadPipPath,
  describeBadRequirement,
  readPipWords,
  readRequirementsLine,
} from '../../src/easyconfig/requirements.ts';
import { easyconfigOf } from '../resolve/support.ts';

test.each([
  'numpy',
  'torch==2.5 --hash=sha256:ab',
  'x[a,b]>=1; python_version > "3"',
  'x @ https://h/x.whl',
  '$(id); `x`',
])('the requirement %j is one line for pip', (requirement) =>
  expect(describeBadRequirement(requirement)).toBeUndefined(),
);

test.each(['', ' ', '-r x', ' --pre', '# x', 'a\nb', 'a\r', 'a \\', 'a --config-settings=x', 'a -e .', 'a\u001b'])(
  'the requirement %j is refused',
  (requirement) => expect(describeBadRequirement(requirement)).toBeTypeOf('string'),
);

test.each(['--target', '--target=/x', '-t', '-tx', '--user', '--prefix=x', '-e', '--python=x', 'a\u0000'])(
  'the option %j is refused',
  (option) => expect(describeBadPipOption(option)).toBeTypeOf('string'),
);

test.each(['--no-index', '--find-links', '--extra-index-url=https://x', '--trusted-host', '-f', '--pre', 'a b $x'])(
  'the option %j is not',
  (option) => expect(describeBadPipOption(option)).toBeUndefined(),
);

test('paths among options are told from URLs and all else', () => {
  const paths = (...words: string[]) =>
    readPipWords(words).flatMap(({ before, path }) => (path === undefined ? [] : [`${before}|${path}`]));
  expect(
    paths('--no-index', '-f', 'wheels', '--find-links=file:///a b', '-c', '/c.txt', '-rx', '-i', './simple'),
  ).toEqual(['|wheels', '--find-links=file://|/a b', '|/c.txt', '-r|x', '|./simple']);
  expect(paths('-f', 'https://x/y', '--index-url', 'name', '--timeout', '/x', '--pre=/x')).toEqual([]);
  for (const words of [
    ['-f', 'https://x'],
    ['--find-links=wheels', '--pre'],
  ])
    expect(readPipWords(words).map(({ before, path = '' }) => before + path)).toEqual(words);
});

describe('a line of a requirements file', () => {
  test.each([
    ['-r base.txt', 'include', '', 'base.txt', ''],
    ['--requirement=base.txt  # why', 'include', '', 'base.txt', ''],
    ['-c c.txt', 'other', '-c ', 'c.txt', ''],
    ['--find-links=w', 'other', '--find-links=', 'w', ''],
    ['./x-1.whl ; python_version > "3"', 'other', '', './x-1.whl', ' ; python_version > "3"'],
    ['x-1-py3-none-any.whl', 'other', '', 'x-1-py3-none-any.whl', ''],
    ['x @ file:///a/x.whl#sha256=ab', 'other', 'x @ file://', '/a/x.whl', '#sha256=ab'],
  ])('%j', (line, kind, before, path, after) => {
    expect(readRequirementsLine(line)).toEqual({ kind, before, path, after });
  });

  test.each([
    '',
    '# x',
    'numpy==1.0',
    'x==1 \\',
    '    --hash=sha256:ab \\',
    '--pre',
    '-f https://x',
    'x @ https://h/x.whl',
  ])('%j stays as it is', (line) =>
    expect(readRequirementsLine(line)).toEqual({ kind: 'other', before: line, path: undefined, after: '' }),
  );

  test('an editable one is known', () => expect(readRequirementsLine('-e .').kind).toBe('editable'));
});

test('directories of the system are not bound over', () => {
  for (const path of ['/', '/usr', '/usr/', '/home', '/a:b', '/a,b'])
    expect(describeBadPipPath(path)).toBeTypeOf('string');
  for (const path of ['/wheels', '/usr/x', '/home/me']) expect(describeBadPipPath(path)).toBeUndefined();
});

test('normal form', () => {
  const venv = (more: string) => easyconfigOf(`python: { venv: { name: x${more} } }\n`).venv;
  expect(venv('')).toEqual({ name: 'x', requirements: undefined, pipOptions: [], installer: 'auto' });
  expect(venv(', requirements: [a==1], pip_options: [--pre], installer: uv')).toEqual({
    name: 'x',
    requirements: { kind: 'list', lines: ['a==1'] },
    pipOptions: ['--pre'],
    installer: 'uv',
  });
  expect(venv(', requirements: r.txt')?.requirements).toEqual({ kind: 'file', path: 'r.txt' });
});
