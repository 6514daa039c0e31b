import { execFileSync } from 'node:child_process';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { quoteBash, UnquotableError } from '../../src/scripts/quote-bash.ts';

const awkward = fc.stringMatching(/^['"\\$`!#~*?[\]{}();&|<> \t\r\n=a-]*$/);
const anyString = fc.oneof(fc.string({ unit: 'binary', maxLength: 60 }), fc.string(), awkward);

/** What bash makes of some words, in a file and in a UTF-8 or C locale. */
function readWith(program: string, words: readonly string[], locale: string): string[] {
  const script = `printf '%s\\0' ${words.map(quoteBash).join(' ')}`;
  const out = execFileSync(program, ['-s'], {
    input: script,
    env: { PATH: process.env.PATH, LC_ALL: locale },
  });
  return out.toString().split('\0').slice(0, -1);
}

test('any string comes out of bash as it went in', () => {
  fc.assert(
    fc.property(
      fc.array(
        anyString.filter((text) => !text.includes('\0')),
        { minLength: 1, maxLength: 60 },
      ),
      fc.constantFrom('C', 'C.UTF-8'),
      fc.constantFrom('bash', 'sh'),
      (words, locale, program) => {
        expect(readWith(program, words, locale)).toEqual(words);
      },
    ),
    { numRuns: 150 },
  );
});

test.each(['\0', 'a\0b', '\ud800', 'a\udfff'])('%j is refused', (value) => {
  expect(() => quoteBash(value)).toThrow(UnquotableError);
  expect(() => quoteBash(value)).toThrow(TypeError);
});

test.each([
  ['', "''"],
  ['plain', "'plain'"],
  ["it's", "'it'\\''s'"],
])('%j becomes %s', (value, quoted) => {
  expect(quoteBash(value)).toBe(quoted);
});
