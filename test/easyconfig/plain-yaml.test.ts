import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readPlainYaml } from '../../src/easyconfig/plain-yaml.ts';
import { parsePlacedYaml } from '../../src/easyconfig/yaml-places.ts';

const read = (path: string): string => readFileSync(fileURLToPath(new URL(`../../${path}`, import.meta.url)), 'utf8');

const shipped = read('easyconfigs/m/mpi4py/mpi4py-3.1.6-rocm-6.2.0.yaml');
/** The easyconfig that a page shows. */
const shownIn = (page: string): string => /```yaml\n(name: [\s\S]*?)```/.exec(read(page))?.[1] ?? '';
const asJson =
  '{"name":"a","version":"1","image":{"file":"x.sif"},"wrappers":["start-shell"],"description":"b\\n\\"c\\""}';
const nested = `a:
- b
- c: d
  e: f
-  g: [h, {i: j}]
   k: |
    text

      more

l: 'it''s'   # comment
m: |-
   x

f: >
  one
  two


  three
g: >-
  four
n: { o: "p # q", r: [], s-t: 12 }
u-v: 0
`;
const seeds = [
  shipped,
  // Which are looked at on each start.
  ...readdirSync(new URL('../../sites', import.meta.url)).map((name) => read(`sites/${name}`)),
  shownIn('docs/easyconfig.md'),
  shownIn('README.md'),
  asJson,
  nested,
  'name: demo\nversion: "1.0"\nimage: { file: demo.sif }\n',
];

function expectSame(text: string): boolean {
  const plain = readPlainYaml(text);
  if (plain === undefined) return false;
  const whole = parsePlacedYaml(text);
  // As text too: the keys come in their order.
  expect([text, JSON.stringify(plain)]).toEqual([text, JSON.stringify(whole.yaml?.value)]);
  return true;
}

describe('readPlainYaml', () => {
  it.each(seeds)('reads what easyconfigs are written in: %#', (text) => {
    expect(expectSame(text)).toBe(true);
  });

  it.each([
    ['', 'nothing'],
    ['a:\n', 'nothing after a key'],
    ['a: 01\n', 'a number that begins with nought'],
    ['a: 1234567890123456\n', 'a number of more digits than JavaScript is sure to hold'],
    ['a: 1.10\n', 'a number with a fraction'],
    ['a: .5e3\n', 'a number with an exponent'],
    ['a: 0x1f\n', 'a hexadecimal number'],
    ['a: 0o17\n', 'an octal number'],
    ['a: -.inf\n', 'infinity'],
    ['a: .NaN\n', 'no number'],
    ['a: +1e3\n', 'a number with a sign'],
    ['a: ~\n', 'null'],
    ['a: Null\n', 'null as a word'],
    ['a: True\n', 'true in another spelling'],
    ['null: a\n', 'a key that is a word of YAML'],
    ['a: b\n  c\n', 'text that goes on in the next line'],
    ['a: b: c\n', 'a colon in plain text'],
    ['a: >\n  b\n   c\n', 'folded text with an indented line'],
    ['a: >\n\n  b\n', 'folded text that begins with an empty line'],
    ['a: >\n  b \n  c\n', 'folded text with a blank at the end of a line'],
    ['a: |+\n  b\n\n', 'text with its empty lines kept'],
    ['a: |\n  b', 'literal text with no last newline'],
    ['a: |\n  b\n   \n', 'blanks that may be part of literal text'],
    ['a: "\\u0041"\n', 'an escape that is not taken'],
    ['a: &b c\n', 'an anchor'],
    ['a: !!str c\n', 'a tag'],
    ['a: b\na: c\n', 'a key twice'],
    ['a: { b: c, b: d }\n', 'a key twice in braces'],
    ['a: [b: c]\n', 'a pair in brackets'],
    ['a: [b\n  ]\n', 'brackets over two lines'],
    ['a: "b" c\n', 'text after a quote'],
    ['a: "b"#c\n', 'a comment with no blank before it'],
    ['a:\tb\n', 'a tab'],
    ['a: b\r\n', 'a carriage return'],
    ['\ufeffa: b\n', 'a byte order mark'],
    ['---\na: b\n', 'a document marker'],
    ['%YAML 1.1\n---\na: yes\n', 'a directive'],
    [' a: b\n', 'an indented map'],
    ['- a\n', 'a list'],
    ['a:\n  b: c\n d: e\n', 'an indentation between two'],
    ['__proto__: a\n', 'the key that JavaScript keeps for itself'],
    ['{"__proto__": "a"}\n', 'the same in braces'],
    ['a: 😀\n', 'a character of two halves'],
  ])('leaves to the whole parser: %j, %s', (text) => {
    expect(readPlainYaml(text)).toBeUndefined();
  });

  it('never gives another value than the whole parser', () => {
    const pieces = [
      ...[
        ' ',
        '  ',
        '\n',
        '\n\n',
        '- ',
        '-',
        '#',
        ' #',
        ': ',
        ':',
        '"',
        "'",
        '|',
        '|-',
        '|+',
        '>',
        '[',
        ']',
        '{',
        '}',
        ',',
      ],
      ...[
        '&a ',
        '*a',
        '!t ',
        '? ',
        '%',
        '@',
        '`',
        '\\',
        '\\n',
        'true',
        'null',
        '~',
        '1',
        '1.0',
        '0x1',
        '.5',
        '1e3',
        '+',
      ],
      ...[
        '<<: ',
        '---\n',
        '...\n',
        '\t',
        '\r',
        'é',
        '\u00a0',
        '\u2028',
        '\ufeff',
        '😀',
        '.inf',
        'Null',
        'yes',
        '0o7',
        '12:30',
      ],
      ...[
        'key:',
        'key: value\n',
        '  - x\n',
        '- key: v\n',
        '   \n',
        '# c\n',
        '  # c\n',
        '"a": b',
        '{a: b, c}',
        'a#b',
        'a: b: c',
      ],
    ];
    const place = fc.double({ min: 0, max: 1, noNaN: true });
    const edit = fc.oneof(
      fc.record({ at: place, drop: fc.nat(2), put: fc.constantFrom('', ...pieces) }),
      fc.record({ at: place, drop: fc.constant(0), put: fc.string({ unit: 'grapheme-ascii', maxLength: 3 }) }),
    );
    const lines = fc.record({ from: place, count: fc.integer({ min: 1, max: 9 }), isAll: fc.boolean() });
    let same = 0;
    fc.assert(
      fc.property(
        fc.constantFrom(...seeds),
        lines,
        fc.array(edit, { maxLength: 3 }),
        (seed, { from, count, isAll }, edits) => {
          const all = seed.split('\n');
          const first = Math.floor(from * all.length);
          let text = isAll ? seed : `${all.slice(first, first + count).join('\n')}\n`;
          for (const { at, drop, put } of edits) {
            const index = Math.floor(at * text.length);
            text = text.slice(0, index) + put + text.slice(index + drop);
          }
          if (expectSame(text)) same += 1;
        },
      ),
      { numRuns: 4000 },
    );
    expect(same).toBeGreaterThan(400);
  });

  it('minds no length: neither its time nor its stack grows faster', () => {
    const long = 100_000;
    for (const text of [
      `a: ${' '.repeat(long)}b\n`,
      `a: b${' #'.repeat(long)}\n`,
      `a: "${'x'.repeat(long)}\n`,
      `a: ${'['.repeat(long)}\n`,
      `a: [b${' '.repeat(long)};]\n`,
      `a: |\n${'\n'.repeat(long)}`,
      `a:\n${' '.repeat(long)}b: c\n`,
    ])
      expect(() => readPlainYaml(text)).not.toThrow();
  });
});
