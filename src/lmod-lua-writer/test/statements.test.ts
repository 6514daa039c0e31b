import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  assign,
  blank,
  call,
  comment,
  concat,
  equals,
  forEach,
  forEachMatch,
  giveBack,
  index,
  type LuaExpression,
  type LuaStatement,
  list,
  local,
  localFunction,
  method,
  name,
  not,
  number,
  renderLua,
  run,
  text,
  when,
} from '../index.ts';
import { batchOf, branchOf, ifTrue, refusalOf, runLua } from './support.ts';

const write = (value: LuaExpression | string) => run(call('io.write', value));
const outputOf = (...statements: LuaStatement[]) => runLua(statements).toString();

describe('comments', () => {
  const expectNoEffect = (texts: readonly string[]) => {
    const program = texts.flatMap((each, position) => [
      comment(each),
      ifTrue(equals('a', 'a'), comment(each), write(`${position};`), comment(each)),
    ]);
    expect(outputOf(...program)).toBe(texts.map((_, position) => `${position};`).join(''));
  };

  test('what looks like the end of a comment, or the beginning of a long one', () => {
    expectNoEffect([
      '[[',
      '[==[',
      ']]',
      '--[[\nos.exit()',
      'a\nos.exit(1)',
      'a\ros.exit(1)',
      '\r\nos.exit(1)',
      '\n\r[[',
      '\0os.exit(1)',
      '\ud800',
      '\u2028os.exit(1)',
      '',
    ]);
  });

  test('any text as a comment changes nothing in lua', () => {
    const texts = batchOf(fc.string({ unit: 'binary', maxLength: 40 }));
    const unit = fc.constantFrom(...'[]=-\n\r\0\f"os.exit(1) ');
    const tricky = batchOf(fc.string({ unit, maxLength: 20 }));
    fc.assert(fc.property(fc.oneof(texts, tricky), expectNoEffect), { numRuns: 8 });
  });

  test('each line is a comment of its own', () => {
    expect(renderLua([comment('one\r\n\ntwo\r[[three\t \x07end\ud800')])).toBe(
      '-- one\n--\n-- two\n-- [[three   end\ufffd\n',
    );
  });
});

describe('statements', () => {
  test('locals, assignments, elements of tables', () => {
    const program = [
      local('a'),
      assign('a', list('x', 'y')),
      assign(index(name('a'), number(2)), 'z'),
      assign(index(name('a'), 'end'), concat(index(name('a'), number(1)), index(name('a'), number(2)))),
      write(index(name('a'), 'end')),
    ];
    expect(outputOf(...program)).toBe('xz');
  });

  test('the first branch that holds runs, else what is left', () => {
    const choose = (value: string) => {
      const branch = (wanted: string) => branchOf(equals(name('value'), wanted), write(`is ${wanted};`));
      return [local('value', value), when([branch('a'), branch('b')], [write('other;')])];
    };
    expect(outputOf(...choose('a'), ...choose('b'), ...choose('c'))).toBe('is a;is b;other;');
    expect(outputOf(when([], [write('always')]), when([]))).toBe('always');
  });

  test('loops over a list and over matches', () => {
    expect(outputOf(forEach('item', list('a', 'b'), [write(name('item')), write(';')]))).toBe('a;b;');
    const pairs = method(name('value'), 'gmatch', '(%w+)=(%w+)');
    const body = [write(concat(name('key'), ' is ', name('held'), ';'))];
    expect(outputOf(local('value', 'a=1,b=2'), forEachMatch(['key', 'held'], pairs, body))).toBe('a is 1;b is 2;');
  });

  test('a function may call itself and give back from any place', () => {
    const next = call('countdown', method(name('text'), 'sub', number(2)));
    const body = [
      ifTrue(equals(name('text'), ''), giveBack('end')),
      giveBack(concat(name('text'), ';', next)),
      comment('nothing gets here'),
    ];
    const early = [write('before '), giveBack(), write('never'), blank()];
    expect(
      outputOf(
        localFunction('countdown', ['text'], body),
        localFunction('stopEarly', [], early),
        write(call('countdown', 'abc')),
        run(call('stopEarly')),
      ),
    ).toBe('abc;bc;c;endbefore ');
  });

  test('a statement that begins with a literal is not taken for a call of the line before', () => {
    const program = [local('f', name('print')), run(method('x', 'rep', number(3))), write(call('type', name('f')))];
    expect(outputOf(...program)).toBe('function');
    expect(refusalOf(() => assign(index(list('a'), number(1)), 'b'))).toBe('bad-statement');
    const byHand: LuaStatement = {
      kind: 'assign',
      target: { kind: 'index', table: text('a'), key: text('b') },
      value: text('c'),
    };
    expect(refusalOf(() => renderLua([byHand]))).toBe('bad-statement');
  });

  test('no statement is an empty text, and an empty body is a body', () => {
    expect(renderLua([])).toBe('');
    expect(outputOf(forEach('item', list('a'), []), ifTrue(not('a')), localFunction('f', [], []))).toBe('');
  });
});

describe('size', () => {
  test('chains and lists of a thousand parts', () => {
    const parts = Array.from({ length: 1000 }, (_, position) => `${position},`);
    expect(outputOf(write(concat(...parts)))).toBe(parts.join(''));
    expect(outputOf(forEach('part', list(...parts), [write(name('part'))]))).toBe(parts.join(''));
  });

  const wrappers: [string, (inner: LuaExpression) => LuaExpression][] = [
    ['not', (inner) => not(equals(inner, 'x'))],
    ['comparison', (inner) => equals('x', equals(inner, 'x'))],
    ['concat', (inner) => concat('x', method(inner, 'rep', number(1)))],
    ['call', (inner) => call('tostring', call('tostring', inner))],
    ['list', (inner) => list('x', list(inner))],
    ['index', (inner) => index(list(index(list(inner), number(1))), number(1))],
  ];

  test.each(wrappers)('%s: as deep as it is written, lua reads it; deeper is refused', (_, wrap) => {
    const grow = (levels: number): LuaExpression => (levels === 0 ? text('x') : wrap(grow(levels - 1)));
    const program = (levels: number) => [local('x', grow(levels))];
    const levels = Array.from({ length: 100 }, (_each, position) => position);
    const deepest = levels.findLast((each) => refusalOf(() => renderLua(program(each))) === undefined) ?? 0;
    expect(deepest).toBeGreaterThan(10);
    expect(refusalOf(() => renderLua(program(deepest + 1)))).toBe('too-deep');
    runLua(program(deepest));
  });

  test('the same for blocks in blocks', () => {
    const grow = (levels: number): LuaStatement =>
      levels === 0 ? write('in') : localFunction('f', [], [ifTrue(equals('a', 'a'), grow(levels - 1))]);
    const levels = Array.from({ length: 100 }, (_each, position) => position);
    const deepest = levels.findLast((each) => refusalOf(() => renderLua([grow(each)])) === undefined) ?? 0;
    expect(deepest).toBeGreaterThan(10);
    runLua([grow(deepest)]);
  });
});

test('rendering is pure: twice the same, and the arguments may change afterwards', () => {
  const body = [write('a')];
  const items = ['a', 'b'];
  const program = Object.freeze([localFunction('f', [], body), local('x', list(...items)), blank()]);
  const before = JSON.stringify(program);
  const first = renderLua(program);
  body.push(write('b'));
  items.push('c');
  expect(renderLua(program)).toBe(first);
  expect(JSON.stringify(program)).toBe(before);
});
