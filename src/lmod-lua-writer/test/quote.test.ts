import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { quoteLua, text } from '../index.ts';
import { batchOf, decodeOutput, refusalOf, runLua, writeOut } from './support.ts';

/** Texts on which a quoting function breaks that was not tried on them. */
const nasty = [
  '',
  '\0',
  '\u00001',
  '\x001234567890',
  '\u001b[31m7',
  '\\1234',
  '\\n\\x41\\u{41}\\z',
  '\\',
  'ends with \\',
  '"',
  '\\"',
  "'",
  ']]',
  ']=]',
  '[[a]]',
  ']]]',
  '--[[',
  '\n',
  '\r\n',
  '\n\r',
  '\r',
  '\r\rline\n\n',
  '\t tab',
  '\x7f',
  '\x80\x85\x9f',
  '\u2028\u2029\ufeff\uffff',
  '𝄞 é 日本語 \u202e',
  '$HOME `id` %s %%',
  'a'.repeat(65_536),
  '"\\\n\0é]]'.repeat(10_000),
];

describe('quoteLua', () => {
  test('texts that break other writers come out of lua as they went in', () => {
    expectSameInLua(nasty);
  });

  test('every character up to U+00FF, before a digit', () => {
    expectSameInLua(Array.from({ length: 256 }, (_, code) => `a${String.fromCharCode(code)}1`));
  });

  test('any text comes out of lua as it went in', () => {
    const texts = batchOf(fc.string({ unit: 'binary', maxLength: 60 }));
    fc.assert(fc.property(texts, expectSameInLua), { numRuns: 20 });
  });

  test('any text made of what Lua treats specially', () => {
    const unit = fc.constantFrom(...'"\\\'\n\r\t\0[]=-0179xuzanr{}é');
    const texts = batchOf(fc.string({ unit, maxLength: 12 }));
    fc.assert(fc.property(texts, expectSameInLua), { numRuns: 20 });
  });

  test('a lone surrogate is refused, and only that', () => {
    const codes = fc.array(fc.oneof(fc.integer({ min: 0, max: 0xffff }), fc.integer({ min: 0xd7ff, max: 0xe000 })));
    fc.assert(
      fc.property(codes, (units) => {
        const value = String.fromCharCode(...units);
        const isUtf8 = Buffer.from(value).toString() === value;
        expect(refusalOf(() => quoteLua(value))).toBe(isUtf8 ? undefined : 'bad-text');
      }),
    );
    expect(refusalOf(() => text('\ud800'))).toBe('bad-text');
    expect(refusalOf(() => text('a\udc00b'))).toBe('bad-text');
  });

  test('what is written is one line of it', () => {
    expect(quoteLua('a\n\t\r\0"\\\x7f\u0085é')).toBe('"a\\n\\t\\013\\000\\"\\\\\\127\u0085é"');
  });
});

function expectSameInLua(values: readonly string[]): void {
  const written = decodeOutput(runLua(writeOut(values.map(text))));
  expect(written.length).toBe(values.length);
  const wrong = values.filter((value, position) => !Buffer.from(value).equals(written[position] ?? Buffer.of()));
  expect(wrong).toEqual([]);
}
