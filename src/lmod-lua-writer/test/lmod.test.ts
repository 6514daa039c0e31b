import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  and,
  appendPath,
  attribute,
  boolean,
  call,
  concat,
  environmentValue,
  fail,
  family,
  help,
  isMode,
  type LuaStatement,
  list,
  name,
  nil,
  not,
  number,
  or,
  prependPath,
  pushenv,
  renderLua,
  setenv,
  warn,
  whatis,
} from '../index.ts';
import { normalizePathElement } from '../path-variables.ts';
import { batchOf, bytesOf, type Environment, ifTrue, loadModule, refusalOf } from './support.ts';

type Setter = (variable: string, value: string) => LuaStatement;

const setters: [string, Setter][] = [
  ['setenv', setenv],
  ['pushenv', pushenv],
];
const shellCharacters = fc.constantFrom(...' \t\x01\x07\x1b\x7f"\'`$\\!{}~=;&|<>()*?[]#^%@+-,:./aé日𝄞\ufffd0\r\n\0');
const anyText = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 60 }),
  fc.string({ unit: shellCharacters, maxLength: 30 }),
  fc.string({ unit: 'grapheme', maxLength: 60 }),
);

describe('setenv and pushenv', () => {
  test.each(setters)('%s: any text that is not refused is in the environment of a real module load', (_, set) => {
    fc.assert(
      fc.property(batchOf(anyText), (values) => {
        const held = values.filter((value) => {
          const refusal = refusalOf(() => set('V', value));
          expect(refusal).toBe(/[\0\n\v\f\r]/.test(value) ? 'value-not-holdable' : undefined);
          return refusal === undefined;
        });
        expectHeld(held, set);
      }),
      { numRuns: 3 },
    );
  });

  test.each(setters)('%s: every character that is not refused, alone and among others', (_, set) => {
    const characters = Array.from({ length: 256 }, (_each, code) => String.fromCharCode(code));
    const values = characters.flatMap((each) => [each, `${each}${each}`, `a${each}`, `${each}a`, `\\${each}\x01`]);
    expectHeld(
      values.filter((value) => !/[\0\n\v\f\r]/.test(value)),
      set,
    );
  });

  test.each([
    ['setenv', setenv, 131_068],
    ['pushenv', pushenv, 98_277],
  ] as const)('%s: the longest value is held, a longer one refused', (_, set, longest) => {
    const characters = Math.floor(longest / 2);
    expectHeld(['x'.repeat(longest)], set);
    if (set === setenv) expectHeld(['é'.repeat(characters)], set);
    for (const longer of ['x'.repeat(longest + 1), 'é'.repeat(characters + 1)]) {
      expect(refusalOf(() => set('V0', longer))).toBe('too-long');
      expect(refusalOf(() => set('V0', concat(longer, name('x'))))).toBe('too-long');
    }
  });

  test.each(['', ' ', '1A', 'A-B', 'A.B', 'É', 'A=B', 'A\n', 'A;id', '$(id)', ' A'])('%j is no name', (bad) => {
    expect(refusalOf(() => setenv(bad, 'x'))).toBe('bad-variable-name');
    expect(refusalOf(() => pushenv(bad, 'x'))).toBe('bad-variable-name');
    expect(refusalOf(() => prependPath(bad, 'x'))).toBe('bad-variable-name');
    expect(refusalOf(() => appendPath(bad, 'x'))).toBe('bad-variable-name');
    expect(refusalOf(() => environmentValue(bad))).toBe('bad-variable-name');
  });

  test.each(['a\0b', 'a\nb', '\n', 'a\rb', '\vb', '\fb', '\ud800', 'a\udc00'])(
    '%j is refused, whole or as a part',
    (bad) => {
      for (const set of [setenv, pushenv, prependPath, appendPath]) {
        expect(refusalOf(() => set('V', bad))).toBe('value-not-holdable');
      }
      if (/\p{Surrogate}/u.test(bad)) return;
      expect(refusalOf(() => setenv('V', concat(name('x'), bad)))).toBe('value-not-holdable');
      expect(refusalOf(() => setenv('V', or(name('x'), and(name('y'), bad))))).toBe('value-not-holdable');
      expect(refusalOf(() => setenv('V', call('f', bad)))).toBeUndefined();
    },
  );

  test('what is not text is refused, but a number is written as text', () => {
    for (const value of [nil, boolean(true), list('x'), not(name('x')), isMode('load')]) {
      expect(refusalOf(() => setenv('V', value))).toBe('value-not-holdable');
      expect(refusalOf(() => pushenv('V', value))).toBe('value-not-holdable');
    }
    expect(refusalOf(() => setenv('V', boolean(false)))).toBe('value-not-holdable');
    const { loaded, unloaded } = loadModule(
      [setenv('A', number(5)), pushenv('B', number(1.5)), pushenv('C', boolean(false))],
      { C: 'before' },
    );
    expect([loaded.get('A'), loaded.get('B'), loaded.has('C')]).toEqual(['5', '1.5', false]);
    expect([unloaded.has('A'), unloaded.has('B'), unloaded.get('C')]).toEqual([false, false, 'before']);
  });
});

describe('path variables', () => {
  const element = fc.string({
    unit: fc.constantFrom(...'//..ab ~:=,$é'),
    minLength: 1,
    maxLength: 8,
  });
  const rest = '/already/there';

  test.each([
    ['prependPath', prependPath, (added: string) => `${added},${rest}`],
    ['appendPath', appendPath, (added: string) => `${rest},${added}`],
  ] as const)('%s: what is not refused is there as documented, and gone after unload', (_, change, expected) => {
    fc.assert(
      fc.property(batchOf(element), (values) => {
        const held = values.filter((value) => refusalOf(() => change('V', value, ',')) === undefined);
        const before = Object.fromEntries(held.map((_each, position) => [`V${position}`, rest]));
        const { loaded, unloaded } = loadModule(
          held.map((value, position) => change(`V${position}`, value, ',')),
          before,
        );
        held.forEach((value, position) => {
          const added = value.split(',').map(normalizePathElement).join(',');
          expect(loaded.get(`V${position}`), value).toBe(bytesOf(expected(added)));
          expect(unloaded.get(`V${position}`), value).toBe(rest);
        });
      }),
      { numRuns: 3 },
    );
  });

  test.each([
    '',
    '/',
    '//',
    '/.',
    '/./',
    ' /a',
    '/a ',
    '\t/a',
    '/a//',
    '~',
    '~/a',
    '~user',
    'https://a/b',
    '/a:/',
    '/a:/.',
  ])('Lmod would make something else of %j: refused', (bad) => {
    for (const change of [prependPath, appendPath]) {
      expect(refusalOf(() => change('V', bad, ','))).toBe('bad-path-element');
      expect(refusalOf(() => change('V', `/a,${bad}`, ','))).toBe('bad-path-element');
    }
  });

  test('the message says what Lmod would do', () => {
    expect(() => prependPath('V', '/a:/')).toThrow(
      '"/" cannot be in a path variable: Lmod makes an empty element of the root directory',
    );
  });

  test('an element that is there twice is refused, but not in a search path', () => {
    expect(refusalOf(() => prependPath('V', '/a:/b,ro,/c:/d,ro', ','))).toBe('bad-path-element');
    expect(refusalOf(() => prependPath('V', '/a/,/a', ','))).toBe('bad-path-element');
    expect(refusalOf(() => prependPath('V', '/a:/b:/a'))).toBeUndefined();
  });

  test.each(['', ',,', 'a', '.', '%', '-', '*', '/', '\n', 'é'])('%j is no delimiter', (bad) => {
    expect(refusalOf(() => prependPath('V', '/a', bad))).toBe('bad-delimiter');
  });

  test('all others are some', () => {
    const delimiters = [...' !"#&\',:;<=>@\\_`{|}~'];
    const before = Object.fromEntries(delimiters.map((each, index) => [`V${index}`, `/c${each}/d`]));
    const { loaded, unloaded } = loadModule(
      delimiters.map((each, index) => prependPath(`V${index}`, `/a${each}/b`, each)),
      before,
    );
    for (const [index, each] of delimiters.entries()) {
      expect([each, loaded.get(`V${index}`)]).toEqual([each, ['/a', '/b', '/c', '/d'].join(each)]);
      expect([each, unloaded.get(`V${index}`)]).toEqual([each, ['/c', '/d'].join(each)]);
    }
  });
});

describe('the rest of the vocabulary', () => {
  test('a family names shell variables, so its name is checked', () => {
    for (const bad of ['', 'a b', 'a;id', 'é', 'a-b']) expect(refusalOf(() => family(bad))).toBe('bad-variable-name');
    const { loaded, unloaded } = loadModule([family('containers_1')]);
    expect(loaded.get('LMOD_FAMILY_CONTAINERS_1')).toBe('fuzz');
    expect(unloaded.has('LMOD_FAMILY_CONTAINERS_1')).toBe(false);
  });

  test('whatis has one call for each line that says something', () => {
    expect(renderLua(whatis('Name: x\r\n\n  \nURL: "y"\rend'))).toBe(
      'whatis("Name: x")\nwhatis("URL: \\"y\\"")\nwhatis("end")\n',
    );
    expect(renderLua(whatis(concat('Name: ', name('x'))))).toBe('whatis("Name: " .. x)\n');
  });

  test('help and whatis take any text, and the module still loads', () => {
    fc.assert(
      fc.property(batchOf(fc.string({ unit: 'binary' })), (texts) => {
        const { loaded, status } = loadModule([
          ...texts.flatMap((each) => [help(each), ...whatis(each)]),
          setenv('END', 'reached'),
        ]);
        expect([loaded.get('END'), status]).toEqual(['reached', 0]);
      }),
      { numRuns: 3 },
    );
  });

  test('a failure stops the load with its message; a warning does not', () => {
    const stopped = loadModule([setenv('A', 'x'), ifTrue(isMode('load'), fail('no `image` in $HOME: 50% é'))]);
    expect(stopped.status).toBe(1);
    expect(stopped.stderr).toContain('no `image` in $HOME: 50% é');
    expect(stopped.loaded.has('A')).toBe(false);
    const warned = loadModule([setenv('A', 'x'), ifTrue(isMode('load'), warn('look here'))]);
    expect(warned.stderr).toContain('look here');
    expect(warned.loaded.get('A')).toBe('x');
  });

  test('files and variables are looked at when the module is loaded', () => {
    const kind = (path: string) => or(attribute(path, 'mode'), 'nothing');
    const { loaded } = loadModule(
      [
        setenv('A', concat(kind('/etc/passwd'), ',', kind('/etc'), ',', kind('/no such'))),
        setenv('B', or(environmentValue('SEEN'), 'unset')),
        setenv('C', or(environmentValue('NOT_SEEN'), 'unset')),
      ],
      { SEEN: 'seen' },
    );
    expect([loaded.get('A'), loaded.get('B'), loaded.get('C')]).toEqual(['file,directory,nothing', 'seen', 'unset']);
  });
});

/** Sets `V0`, `V1`, … in one module and compares the environment of a real `module load` of it. */
function expectHeld(values: readonly string[], set: Setter): void {
  const { loaded, unloaded } = loadModule(values.map((value, position) => set(`V${position}`, value)));
  const of = (environment: Environment) => values.map((_, position) => environment.get(`V${position}`));
  const found = of(loaded);
  expect(values.filter((value, position) => found[position] !== bytesOf(value))).toEqual([]);
  expect(of(unloaded).every((value) => value === undefined)).toBe(true);
}
