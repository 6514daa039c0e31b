import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  and,
  assign,
  boolean,
  call,
  concat,
  equals,
  forEach,
  forEachMatch,
  index,
  type LuaExpression,
  list,
  local,
  localFunction,
  method,
  name,
  nil,
  not,
  notEquals,
  number,
  or,
  renderLua,
  text,
} from '../index.ts';
import { batchOf, evaluateInLua, refusalOf, runLua, writeOut } from './support.ts';

type Value = string | boolean | null;
type Tree = { readonly lua: LuaExpression; readonly value: Value };

const isTrue = (value: Value) => value !== false && value !== null;
const leaf: fc.Arbitrary<Tree> = fc.oneof(
  fc.constantFrom('', 'a', 'b', '"', '--').map((value) => ({ lua: text(value), value })),
  fc.boolean().map((value) => ({ lua: boolean(value), value })),
  fc.constant({ lua: nil, value: null }),
);

/** Random expressions, each with the value that Lua must give it. */
const { any } = fc.letrec<{ any: Tree; word: Tree }>((tie) => {
  const many = fc.array(tie('any'), { minLength: 1, maxLength: 4 });
  const words = fc.array(tie('word'), { minLength: 1, maxLength: 4 });
  const joined = words.map((trees) => ({
    lua: concat(...trees.map(({ lua }) => lua)),
    value: trees.map(({ value }) => value).join(''),
  }));
  return {
    word: fc.oneof(
      { maxDepth: 5 },
      fc.constantFrom('x', 'yy').map((value) => ({ lua: text(value), value })),
      joined,
    ),
    any: fc.oneof(
      { maxDepth: 6, withCrossShrink: true },
      leaf,
      joined,
      many.map((trees) => fold('and', trees)),
      many.map((trees) => fold('or', trees)),
      tie('any').map(({ lua, value }) => ({ lua: not(lua), value: !isTrue(value) })),
      fc.tuple(tie('any'), tie('any')).map(([a, b]) => ({ lua: equals(a.lua, b.lua), value: a.value === b.value })),
      fc.tuple(tie('any'), tie('any')).map(([a, b]) => ({ lua: notEquals(a.lua, b.lua), value: a.value !== b.value })),
    ),
  };
});

function fold(operator: 'and' | 'or', trees: readonly Tree[]): Tree {
  const build = operator === 'and' ? and : or;
  const decisive = trees.find(({ value }) => isTrue(value) === (operator === 'or'));
  return {
    lua: build(...trees.map(({ lua }) => lua)),
    value: (decisive ?? trees[trees.length - 1])?.value ?? null,
  };
}

function describeAsLua(value: Value): string {
  if (value === null) return 'nil:nil';
  return `${typeof value}:${value}`;
}

const source = (expression: LuaExpression) => renderLua([local('x', expression)]).slice('local x = '.length, -1);

describe('operators', () => {
  test('any expression has in lua the value that its tree has', () => {
    fc.assert(
      fc.property(batchOf(any), (trees) => {
        const found = evaluateInLua(trees.map(({ lua }) => lua));
        expect(found).toEqual(trees.map(({ value }) => describeAsLua(value)));
      }),
      { numRuns: 12 },
    );
  });

  test.each([
    [and(name('a'), or(name('b'), not(equals(name('c'), 'd')))), 'a and (b or not (c == "d"))'],
    [or(and(name('a'), name('b')), and(name('c'), name('d'))), 'a and b or c and d'],
    [and(name('a'), and(name('b'), name('c'))), 'a and b and c'],
    [equals(concat(name('a'), 'b'), concat('c', name('d'))), 'a .. "b" == "c" .. d'],
    [concat(or(name('a'), 'b'), concat('c', 'd')), '(a or "b") .. "c" .. "d"'],
    [concat(equals(name('a'), 'b'), not(name('c'))), '(a == "b") .. not c'],
    [not(not(name('a'))), 'not not a'],
    [equals(equals(name('a'), nil), notEquals(name('b'), boolean(true))), '(a == nil) == (b ~= true)'],
    [method(name('value'), 'match', '^%s*$'), 'value:match("^%s*$")'],
    [method('a-b', 'gsub', '-', '+'), '("a-b"):gsub("-", "+")'],
    [method(concat(name('a'), 'b'), 'upper'), '(a .. "b"):upper()'],
    [index(name('t'), index(list('a'), number(1))), 't[({"a"})[1]]'],
    [index(call('os.date', '*t'), 'year'), 'os.date("*t")["year"]'],
    [not(method(number(-5), 'x')), 'not (-5):x()'],
    [list(number(2 ** 53 - 1), number(2 ** 60)), '{9007199254740991, 1.152921504606847e+18}'],
    [concat(), '""'],
    [and(), 'true'],
    [or(), 'false'],
    [concat(name('a')), 'a'],
    [list(), '{}'],
  ])('parentheses stand where they are needed, and nowhere else: %#', (expression, expected) => {
    expect(source(expression)).toBe(expected);
  });

  test('a long list has one item on each line', () => {
    const long = '/a/rather/long/path/that/fills/the/line';
    const nested = call('f', list(list(long, long), 'short'));
    expect(renderLua([localFunction('g', [], [local('x', nested)])])).toBe(
      `local function g()\n  local x = f({\n    {\n      "${long}",\n      "${long}",\n    },\n    "short",\n  })\nend\n`,
    );
  });
});

describe('numbers', () => {
  test('any finite number is the same in lua', () => {
    const numbers = fc.oneof(fc.double({ noNaN: true, noDefaultInfinity: true }), fc.integer(), fc.maxSafeInteger());
    fc.assert(
      fc.property(batchOf(numbers), (values) => {
        const shown = values.map((value) => call('string.format', '%.17g', number(value)));
        const found = runLua(writeOut(shown.map((each) => concat(each, ' ')))).toString();
        const parsed = found
          .split(' ')
          .slice(0, -1)
          .map((part) => Number(part.replace(/^\d+:/, '')));
        expect(parsed.map((value) => value + 0)).toEqual(values.map((value) => value + 0));
      }),
      { numRuns: 10 },
    );
  });

  test('what is not finite is refused', () => {
    for (const value of [Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY]) {
      expect(refusalOf(() => number(value))).toBe('bad-number');
      expect(refusalOf(() => renderLua([local('x', { kind: 'number', value })]))).toBe('bad-number');
    }
  });
});

describe('names', () => {
  const hostile = [
    '',
    ' ',
    'a b',
    'a;b',
    'a-b',
    '1a',
    'é',
    'a\n',
    'a\0',
    'a()',
    'a[1]',
    '..',
    'end',
    'nil',
    'goto',
    'global',
    '--',
  ];

  test.each([...hostile, 'os.', '.os', 'os..exit', 'os.exit()', 'os.end'])('%j is no name', (bad) => {
    expect(refusalOf(() => name(bad))).toBe('bad-identifier');
    expect(refusalOf(() => call(bad))).toBe('bad-identifier');
    expect(refusalOf(() => assign(bad, 'x'))).toBe('bad-identifier');
    expect(refusalOf(() => renderLua([local('x', { kind: 'name', name: bad })]))).toBe('bad-identifier');
    expect(refusalOf(() => renderLua([local('x', { kind: 'call', functionName: bad, args: [] })]))).toBe(
      'bad-identifier',
    );
  });

  test.each([...hostile, 'os.exit'])('%j names no local, parameter, function, item or method', (bad) => {
    expect(refusalOf(() => local(bad))).toBe('bad-identifier');
    expect(refusalOf(() => localFunction(bad, [], []))).toBe('bad-identifier');
    expect(refusalOf(() => localFunction('f', ['a', bad], []))).toBe('bad-identifier');
    expect(refusalOf(() => forEach(bad, list(), []))).toBe('bad-identifier');
    expect(refusalOf(() => forEachMatch(['a', bad], list(), []))).toBe('bad-identifier');
    expect(refusalOf(() => method('x', bad))).toBe('bad-identifier');
    expect(refusalOf(() => renderLua([{ kind: 'local', name: bad, value: undefined }]))).toBe('bad-identifier');
  });

  test('a loop without a name is refused', () => {
    expect(refusalOf(() => forEachMatch([], list(), []))).toBe('bad-identifier');
  });

  test('any other text is refused, or is a name that lua takes', () => {
    const texts = fc.array(fc.string({ unit: fc.constantFrom(...'aZ_09.é -'), minLength: 1, maxLength: 4 }), {
      minLength: 200,
    });
    fc.assert(
      fc.property(texts, (candidates) => {
        const names = candidates.filter((each) => refusalOf(() => local(each)) === undefined);
        runLua(names.map((each) => localFunction('f', [each], [local(each, name(each))])));
      }),
      { numRuns: 5 },
    );
  });
});
