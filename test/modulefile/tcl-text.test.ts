import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { commonProcedures } from '../../src/modulefile/render-tcl-procedures.ts';
import { command, comment, quoteTcl, withinLongBracket } from '../../src/modulefile/tcl-text.ts';

let directory: string;
beforeAll(() => {
  directory = mkdtempSync(join(tmpdir(), 'ctinstall-tcl-text-'));
});
afterAll(() => rmSync(directory, { recursive: true }));

/** How a modulefile may come to be read: in the locale, or as UTF-8 whatever the locale is. */
const readings = [
  { locale: 'C.UTF-8', read: 'source [lindex $argv 0]' },
  { locale: 'C', read: 'source [lindex $argv 0]' },
  { locale: 'C', read: 'set f [open [lindex $argv 0]]; fconfigure $f -encoding utf-8; eval [read $f]' },
] as const;

/** What each of these reads from a file of Tcl: bytes of the texts given to `tell`. */
function readBy({ locale, read }: (typeof readings)[number], source: readonly string[]): string[] {
  writeFileSync(
    join(directory, 'start.tcl'),
    `proc tell {text} {puts x[binary encode hex [encoding convertto [encoding system] $text]]}\n${read}\n`,
  );
  writeFileSync(join(directory, 'file.tcl'), [...commonProcedures, ...source, ''].join('\n'));
  const out = execFileSync('tclsh', [join(directory, 'start.tcl'), join(directory, 'file.tcl')], {
    encoding: 'utf8',
    env: { PATH: process.env.PATH, LC_ALL: locale },
  });
  return out.split('\n').flatMap((line) => (line === '' ? [] : [Buffer.from(line.slice(1), 'hex').toString()]));
}

function expectSame(values: readonly string[]): void {
  const source = [
    ...values.map((value) => `tell ${quoteTcl(value)}`),
    // In a body in braces, too.
    'proc all {} {',
    ...values.map((value) => `  tell ${quoteTcl(value)}`),
    '}',
    'all',
  ];
  for (const reading of readings) expect([reading, readBy(reading, source)]).toEqual([reading, [...values, ...values]]);
}

const nasty = [
  '',
  '\0',
  '\u00001',
  '\\',
  'ends with \\',
  '\\n\\x41\\u0041',
  '"',
  '\\"',
  '{',
  '}',
  '}{',
  '\\{',
  '[exit 3]',
  '$env(HOME) $x',
  ']]',
  '#',
  ';exit 3;',
  '\n',
  '\r\n',
  '\n\\\n',
  '\t tab ',
  '\u001a',
  '\x7f',
  '\x80\x85\x9f',
  'é日本\u2028\ufeff',
  '😀𝄞',
  '-1',
  '{*}a b',
  'a'.repeat(65_536),
];

describe('quoteTcl', () => {
  it('texts that break other writers come out of Tcl as they went in', () => {
    expectSame(nasty);
  });

  it('every character up to U+00FF', () => {
    expectSame(Array.from({ length: 256 }, (_, code) => `a${String.fromCharCode(code)}1`));
  });

  it('any text', () => {
    const texts = fc.array(fc.string({ unit: 'binary', maxLength: 60 }), { minLength: 50, maxLength: 100 });
    fc.assert(fc.property(texts, expectSame), { numRuns: 10, endOnFailure: true });
  });

  it('any text of what Tcl treats specially', () => {
    const unit = fc.constantFrom(...'"\\$[]{}();# \n\r\t\0aux01é😀');
    const texts = fc.array(fc.string({ unit, maxLength: 12 }), { minLength: 100, maxLength: 300 });
    fc.assert(fc.property(texts, expectSame), { numRuns: 10, endOnFailure: true });
  });

  it('refuses a lone surrogate', () => {
    expect(() => quoteTcl('a\ud800')).toThrow(RangeError);
  });
});

describe('comment', () => {
  it('stays a comment, whatever it holds', () => {
    for (const text of [...nasty, 'x\\\nputs y', 'a \\', 'a \\\\ ']) {
      const source = [...comment(text), 'tell 1'];
      for (const reading of readings) expect(readBy(reading, source)).toEqual(['1']);
    }
  });
});

describe('command', () => {
  it('writes values as words, and Tcl only where it is said to be', () => {
    expect(command('set_variable', 'SIF', { source: '$image' })).toBe('set_variable SIF $image');
    expect(command('say', '[id] $x')).toBe('say "\\[id\\] \\$x"');
    expect(command('say', 'é')).toBe('say [native "é"]');
  });
});

describe('withinLongBracket', () => {
  it('never ends the long bracket of Lmod’s reader', () => {
    const unit = fc.constantFrom(...']=a ');
    fc.assert(
      fc.property(fc.string({ unit, maxLength: 30 }), (text) => {
        expect(`${withinLongBracket(text)}]===]`.indexOf(']===]')).toBe(withinLongBracket(text).length);
      }),
      { numRuns: 2000 },
    );
  });
});
