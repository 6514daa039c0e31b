import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { describeIssues } from '../../src/easyconfig/describe-issue.ts';
import { parseVariant, type Variant } from '../../src/easyconfig/variant.ts';
import {
  type Change,
  parseSetFlag,
  tryVersionFlag,
  type VariantRequest,
} from '../../src/easyconfig/variant-changes.ts';
import { least } from './support.ts';

function requestOf(sets: readonly string[], version?: string): VariantRequest {
  const changes = sets.map((text): Change => {
    const { change, issues } = parseSetFlag(text);
    if (change === undefined) throw new Error(JSON.stringify(issues));
    return change;
  });
  return { changes, version: version === undefined ? undefined : tryVersionFlag(version) };
}

function variantOf(text: string, sets: readonly string[], version?: string): Variant {
  return parseVariant(text, requestOf(sets, version));
}

/** The first line of each fault. */
function faultsOf(text: string, sets: readonly string[], version?: string): string[] {
  const { issues } = variantOf(text, sets, version);
  return describeIssues('f.yaml', text, issues).filter((line) => /^(f\.yaml|--)/.test(line));
}

describe('--set', () => {
  test('leaves all else of the text, comments first of all', () => {
    const text = `# one
name: demo # two
version: "1.0"

# three
image:
  file: demo.sif
  # four
binds:
  - /a # five
  - { host: /b, optional: true }
`;
    expect(variantOf(text, []).text).toBe(text);
    expect(variantOf(text, ['name=other', 'binds.1.host=/c', 'binds.2=/d', 'image.mode=link']).text).toBe(
      text
        .replace('demo #', 'other #')
        .replace('/b,', '/c,')
        .replace('  file: demo.sif\n', '  file: demo.sif\n  mode: link\n')
        .replace('true }\n', 'true }\n  - /d\n'),
    );
  });

  test.each([
    ['version="1.10"', 'version: "1.10"\n'],
    ["version='2'", 'version: "2"\n'],
    ['description="a\\nb"', 'description: |-\n  a\n  b\n'],
    ['homepage=https://example.org/#a', 'homepage: https://example.org/#a\n'],
    ['hidden=true', 'hidden: true\n'],
    ['env.module.A=b=c', 'env:\n  module:\n    A: b=c\n'],
    ['whatis=[a, b]', 'whatis:\n  - a\n  - b\n'],
  ])('%s', (set, line) => {
    const { text, issues } = variantOf(least, [set]);
    expect(issues).toEqual([]);
    expect(text).toContain(line);
  });

  test('the last of several counts', () => {
    expect(variantOf(least, ['name=a', 'name=b']).easyconfig?.name).toBe('b');
    expect(variantOf(least, ['env={ module: { A: a } }', 'env.module.B=b']).easyconfig?.env).toEqual({
      module: { A: 'a', B: 'b' },
    });
  });

  test('an empty value takes the key away', () => {
    expect(variantOf(`${least}hidden: true\n`, ['hidden=']).text).toBe(least);
    expect(faultsOf(least, ['image.file='])).toEqual(['--set image.file: `image.file` is missing']);
    expect(variantOf(least, ['env.module.A=']).text).toBe(least);
  });

  test.each<[string, string, string]>([
    ['name.x=1', least, '--set name.x: `name` is no map, so there is no `x` in it'],
    ['binds.x=1', `${least}binds: [/a]\n`, '--set binds.x: `binds` is a list of 1: `x` is none of its places'],
    ['binds.3=/b', `${least}binds: [/a]\n`, '--set binds.3: `binds` is a list of 1: `3` is none of its places'],
    ['imag.x=1', least, '--set imag.x: unknown key `imag`'],
    ['image.fle=1', least, '--set image.fle: unknown key `fle` in `image`'],
    ['image=x', least, '--set image: `image` must be a map of keys and values, not text'],
    ['__proto__.x=1', least, '--set __proto__.x: `__proto__` cannot be a key'],
    ['a.b=1', '- a\n', '--set a.b: `the file` is a list of 1: `a` is none of its places'],
    ['a=1', '', '--set a: the file is no map, so there is no `a` in it'],
    ['env.module.A=1', `${least}x: &x {}\nenv: *x\n`, '--set env.module.A: `env` is an alias (`*name`)'],
    ['hidden=true', `${least}x: &x true\ny: *x\n`, 'f.yaml:4:1: unknown key `x`'],
    [
      'x=1',
      `${least}x: &x true\nhidden: *x\n`,
      '--set x: what an alias (`*name`) of the file stands for would be gone',
    ],
  ])('%s is a fault with its place', (set, text, fault) => {
    expect(faultsOf(text, [set])[0]?.replace('`the file`', 'the file')).toBe(fault.replace('`the file`', 'the file'));
  });

  test('faults of the file keep their lines, whatever is changed above them', () => {
    const text = `${least}# a\n\n\nbinds: [relative]\nenv: { module: { A: 1, B: b } }\n`;
    expect(faultsOf(text, ['description="a\\nb\\nc"', 'env.module.B=2', 'image={ file: a.sif, mode: copy }'])).toEqual([
      '--set env.module.B: `env.module.B` must be text, but YAML reads `2` as the number 2',
      expect.stringMatching(/^f\.yaml:7:9: /),
      expect.stringMatching(/^f\.yaml:8:21: `env\.module\.A` must be text/),
    ]);
    expect(faultsOf('a: [\n', ['name=a'])).toEqual([expect.stringMatching(/^f\.yaml:2:1: /)]);
  });

  test('a flag that is none has its place too', () => {
    for (const text of ['foo', '=x', 'a..b=1', 'a=[', 'a="x', 'a={ b: 1, b: 2 }', 'a=*x', 'a=1\n---\n2'])
      expect([text, parseSetFlag(text).issues.map(({ place }) => place.in?.isFlag)]).toEqual([text, [true]]);
  });
});

describe('--try-version', () => {
  const text = (file: string, more = ''): string => `name: demo\nversion: "3.1"\nimage:\n  file: ${file}\n${more}`;

  test.each([
    ['demo-3.1.sif', 'demo-4.sif'],
    ['demo-v3.1-3.1.sif', 'demo-v4-4.sif'],
    ['demo-3.1.6-13.1-3.10-0.3.1-3x1.sif', 'demo-3.1.6-13.1-3.10-0.3.1-3x1.sif'],
    ['3.1_3.1.sif', '4_4.sif'],
    ['"%(name)s-%(version)s.sif"', '%(name)s-%(version)s.sif'],
  ])('%s', (before, after) => {
    expect(variantOf(text(before), [], '4').easyconfig?.image).toMatchObject({ file: after });
  });

  test('says what it has changed, and drops the checksum', () => {
    const sha256 = `  sha256: ${'a'.repeat(64)}\n`;
    const { easyconfig, notes } = variantOf(
      text('demo-3.1.sif', `${sha256}  source: docker://x.org/demo:3.1\n`),
      [],
      '4',
    );
    expect(easyconfig).toMatchObject({ version: '4', image: { file: 'demo-4.sif', source: 'docker://x.org/demo:4' } });
    expect(easyconfig?.image).not.toHaveProperty('sha256');
    expect(notes).toHaveLength(3);
    expect(variantOf(text('demo.sif'), [], '4').notes).toEqual([
      '`image.file` does not name the version: it stays `demo.sif` with version 4',
    ]);
  });

  test('leaves to --set what is set by hand', () => {
    const sha256 = `  sha256: ${'a'.repeat(64)}\n`;
    const { easyconfig, notes } = variantOf(
      text('demo-3.1.sif', sha256),
      ['image.file=mine.sif', `image.sha256=${'b'.repeat(64)}`],
      '$&4',
    );
    expect([easyconfig, notes]).toEqual([undefined, []]);
    expect(faultsOf(text('demo-3.1.sif'), [], '$&4')[0]).toBe('--try-version: `version`: `$&4` is not a valid version');
  });
});

test('whatever is set, in whatever text, nothing is thrown, and what comes out is what was asked for', () => {
  const key = fc.constantFrom(
    'name',
    'image',
    'file',
    'env',
    'module',
    'A',
    'binds',
    '0',
    '1',
    '__proto__',
    'x y',
    '*a',
    '&b',
  );
  const value = fc.oneof(
    fc.string(),
    fc.constantFrom('', '1.10', '[a]', '{ A: b }', '&a b', '!!str 1', '"\\u0000"', '- a\n- b'),
  );
  const set = fc
    .tuple(fc.array(key, { minLength: 1, maxLength: 4 }), value)
    .map(([path, text]) => `${path.join('.')}=${text}`);
  const text = fc.constantFrom(
    least,
    `${least}binds: &a [/a, { host: /b }]\nenv: { module: { A: "1" } }\n`,
    `${least}env: &a\n  module: {}\nx: *a\n`,
    '\uFEFFname: a\r\nversion: b\r\nimage:\r\n  file: c\r\n',
    '[]',
    '',
  );
  fc.assert(
    fc.property(text, fc.array(set, { maxLength: 4 }), (original, sets) => {
      const changes = sets.flatMap((each) => parseSetFlag(each).change ?? []);
      const { easyconfig, issues, text: changed } = parseVariant(original, { changes, version: undefined });
      expect(easyconfig === undefined).toBe(issues.length > 0);
      describeIssues('f.yaml', original, issues);
      const last = changes.at(-1);
      if (easyconfig !== undefined && last?.path.length === 1 && last.path[0] === 'name')
        expect(easyconfig.name).toBe(last.value);
      if (easyconfig !== undefined)
        expect(parseVariant(changed, { changes: [], version: undefined }).easyconfig).toEqual(easyconfig);
    }),
    { numRuns: 500 },
  );
});
