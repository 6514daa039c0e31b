import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { parseEasyconfig } from '../../src/easyconfig/parse.ts';
import { makeSandbox } from '../harness/sandbox.ts';
import { stringFields } from '../hostile/fields.ts';
import { payloads } from '../hostile/payloads.ts';

/** What a refused recipe must look like to its author. */
interface Refused {
  readonly text: string | Buffer;
  /** Counted from 1; undefined where the message is not about a line. */
  readonly line: number | undefined;
  readonly says: string;
}

const least = 'name: demo\nversion: "1.0"\nimage: { file: tiny.sif }\n';

/** Ten times ten times …: a few hundred bytes that would be gigabytes. */
const laughs = Array.from(
  { length: 10 },
  (_, level) =>
    `a${level}: &a${level} [${Array(10)
      .fill(level === 0 ? 'ha' : `*a${level - 1}`)
      .join(', ')}]\n`,
).join('');

/** Tricks of YAML itself, which stands before the values. */
const ofYaml: Readonly<Record<string, Refused>> = {
  'a tag of JavaScript': {
    text: `${least}description: !!js/function "function () { process.exit(0) }"\n`,
    line: 4,
    says: 'Unresolved tag',
  },
  'binary data': { text: `${least}description: !!binary aGVsbG8=\n`, line: 4, says: '`description` must be text' },
  'a billion laughs': { text: `${least}whatis: *a9\n${laughs}`, line: 4, says: '' },
  'a billion laughs, in order': { text: `${least}${laughs}`, line: 5, says: 'expand to too much' },
  'an alias of itself': { text: `${least}whatis: &w [*w]\n`, line: 4, says: '`whatis[0]` must be text' },
  'a merge key': { text: `${least}env: { module: { <<: { A: b } } }\n`, line: 4, says: '`<<`' },
  'a merge key of YAML 1.1': {
    text: `%YAML 1.1\n---\n${least}env: { module: { <<: { LD_PRELOAD: /x.so } } }\n`,
    line: 6,
    says: '`LD_PRELOAD`',
  },
  'the same key twice': { text: `${least}name: other\n`, line: 4, says: 'the key `name` is there twice' },
  'the same key, quoted': { text: `${least}"version": "2"\n`, line: 4, says: 'the key `version` is there twice' },
  __proto__: { text: `${least}__proto__: { isAdmin: true }\n`, line: 4, says: '`__proto__` cannot be a key' },
  '__proto__ further in': {
    text: `${least}env: { container: { "__proto__": x } }\n`,
    line: 4,
    says: '`__proto__` cannot be a key',
  },
  constructor: { text: `${least}constructor: { prototype: x }\n`, line: 4, says: 'unknown key `constructor`' },
  'a key that is a map': { text: `${least}? { a: b }\n: c\n`, line: 4, says: 'a key must be text' },
  'a second document': { text: `${least}---\n${least}`, line: 4, says: 'a second YAML document' },
  'nested without end': { text: `${least}whatis: ${'['.repeat(100_000)}`, line: 4, says: 'nested too deep' },
  'a key that turns the text around': {
    text: `${least}"\\u202eeman": x\n`,
    line: 4,
    says: 'unknown key `\\u202eeman`',
  },
  'Latin-1': {
    text: Buffer.from(`${least}description: caf\xe9\n`, 'latin1'),
    line: undefined,
    says: 'line 4 holds the byte 0xE9',
  },
  'a character longer than need be': {
    text: Buffer.concat([Buffer.from(`${least}docurls: [`), Buffer.from([0xc0, 0xaf]), Buffer.from(']\n')]),
    line: undefined,
    says: 'line 4 holds the byte 0xC0',
  },
  'UTF-16': { text: Buffer.from(`\ufeff${least}`, 'utf16le'), line: undefined, says: 'is UTF-16' },
  'a thousand and one entries': {
    text: `${least}whatis: [${Array(1001).fill('a').join(', ')}]\n`,
    line: 4,
    says: '`whatis` must have at most 1000 entries',
  },
  'more variables than programs can be started with': {
    text: `${least}env:\n  module: {${Array.from({ length: 9 }, (_, at) => `A${at}: ${'x'.repeat(30_000)}`).join(', ')}}\n`,
    line: 5,
    says: '`env.module`',
  },
  'more binds than programs can be started with': {
    text: `${least}binds: [${Array.from({ length: 40 }, (_, at) => `${`/${'x'.repeat(199)}`.repeat(10)}${at}`).join(', ')}]\n`,
    line: 4,
    says: '`binds`',
  },
  'a name and version longer than file names': {
    text: `name: ${'a'.repeat(128)}\nversion: ${'b'.repeat(128)}\nimage: { file: tiny.sif }\n`,
    line: 2,
    says: '`version`',
  },
};

/** Of each field one of the tricks that it does not take, of the next field the next one. */
function ofFields(directory: string): Record<string, Refused> {
  const tricks = Object.entries(
    payloads({ canary: join(directory, 'canary'), elsewhere: join(directory, 'elsewhere') }),
  );
  const refused = (path: string, text: string, [trick, value]: [string, string]): [string, Refused][] => {
    const { issues } = parseEasyconfig(text);
    // The last: the value may be called like a field before it.
    const line = text.split('\n').findLastIndex((each) => each.includes(JSON.stringify(value))) + 1;
    return issues.length === 0 ? [] : [[`${path}: ${trick}`, { text, line, says: issues[0]?.message ?? '' }]];
  };
  const found: [string, Refused][] = [];
  for (const [turn, { path, recipeWith }] of stringFields.entries())
    for (let at = 0; at < tricks.length; at += 1) {
      const trick = tricks[(turn + at) % tricks.length] ?? ['', ''];
      const [, value] = trick;
      const [first] =
        value.length > 10_000 || value === ''
          ? []
          : refused(path, JSON.stringify(recipeWith(value), undefined, 1), trick);
      if (first === undefined) continue;
      found.push(first);
      break;
    }
  return Object.fromEntries(found);
}

test('refused recipes: the message names the field and the line, and nothing is written', async () => {
  const { dir, prefix, run } = makeSandbox();
  const cases = Object.entries({ ...ofYaml, ...ofFields(dir) });
  expect(cases.length).toBeGreaterThan(60);
  mkdirSync(join(dir, 'cases'));
  for (const [index, [, { text }]] of cases.entries()) writeFileSync(join(dir, 'cases', `${index}-1.0.yaml`), text);
  const fileOf = (index: number): string => `cases/${index}-1.0.yaml`;
  const install = 'ctinstall --image-dir "$CT_IMAGES"';
  // A few each for itself, as their authors do; what is wrong with all is said at once, file by file.
  const alone = [0, 5, cases.length - 1];
  const { stdout } = await run(
    [cases.map((_, index) => fileOf(index)).join(' '), ...alone.map(fileOf)]
      .map((files) => `${install} ${files} 2>&1; printf '\\0%s\\0' $?`)
      .join('\n'),
  );
  const [together = '', status, ...ofThose] = stdout.split('\0');
  expect([together.slice(0, 300), status]).toEqual([expect.stringContaining(`${cases.length} easyconfigs`), '2']);
  const said = new Map(
    together.split(/^ {2}(?=cases\/)/m).map((each) => [/^cases\/(\d+)-1\.0\.yaml: /.exec(each)?.[1], each] as const),
  );
  for (const [at, index] of alone.entries()) {
    const [message = '', itsStatus] = ofThose.slice(2 * at);
    expect([cases[index]?.[0], itsStatus, message]).toEqual([
      cases[index]?.[0],
      '2',
      expect.stringContaining('error:'),
    ]);
    expect(message).toContain(cases[index]?.[1].says);
  }
  for (const [index, [name, { line, says }]] of cases.entries()) {
    const message = said.get(`${index}`) ?? '';
    const place = line === undefined ? `${index}-1.0.yaml` : `${index}-1.0.yaml:${line}:`;
    expect([name, message]).toEqual([name, expect.stringContaining(place)]);
    expect([name, message]).toEqual([name, expect.stringContaining(says)]);
    expect([name, /[^\P{Cc}\n]|[\p{Cf}\p{Zl}\p{Zp}]/u.exec(message)]).toEqual([name, null]);
  }
  expect(existsSync(prefix)).toBe(false);
  expect(existsSync(join(dir, 'canary'))).toBe(false);
});
