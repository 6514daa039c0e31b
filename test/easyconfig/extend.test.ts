import { expect, test } from 'vitest';
import { describeIssues } from '../../src/easyconfig/describe-issue.ts';
import { findExtended, mergeChain } from '../../src/easyconfig/extend.ts';
import { validateEasyconfig } from '../../src/easyconfig/parse.ts';

const base = `# What all have in common.
name: demo
image:
  source: docker://x/y:1
  file: base.sif
binds: [/opt, /usr/share/x]
env:
  module: { ONE: "1", TWO: "2" }
`;

function merged(own: string, ...others: string[]) {
  return mergeChain([
    { path: 'own.yaml', text: own },
    ...others.map((text, index) => ({ path: `base${index}.yaml`, text })),
  ]);
}

test('maps are joined, all else is replaced, and null takes away', () => {
  const own = `# Its own.
extends: base.yaml
version: "1.0" # kept
image: { file: own.sif }
binds: [/srv]
env: { module: { TWO: null, THREE: "3" } }
`;
  expect(merged(own, base).text).toBe(`# Its own.
name: demo
image:
  source: docker://x/y:1
  file: own.sif
binds: [ /srv ]
env:
  module: { ONE: "1", THREE: "3" }
version: "1.0" # kept
`);
});

test('several in a row: the nearest counts', () => {
  const { yaml } = merged(
    'extends: a-base.yaml\nversion: "3"\n',
    'extends: b-base.yaml\nversion: "2"\nname: two\n',
    base,
  );
  expect(yaml?.value).toMatchObject({ name: 'two', version: '3', image: { file: 'base.sif' } });
});

function faultsOf(own: string, other: string): string[] {
  const { yaml, issues } = merged(own, other);
  const found = yaml === undefined ? issues : validateEasyconfig(yaml).issues;
  return describeIssues('own.yaml', own, found).filter((line) => !line.startsWith(' '));
}

test('a fault is at its place in the file that it is in', () => {
  const own = 'extends: base.yaml\nversion: "1.0"\nbind: []\nbinds: [srv]\n';
  expect(faultsOf(own, base.replace('ONE: "1"', 'ONE: [1]').replace('docker:', 'dokker:'))).toEqual([
    'own.yaml:3:1: unknown key `bind`',
    expect.stringMatching(/^own\.yaml:4:9: .*`srv` is not an absolute path/),
    expect.stringMatching(/^base0\.yaml:4:11: .*dokker/),
    expect.stringMatching(/^base0\.yaml:8:18: /),
  ]);
  expect(faultsOf('extends: base.yaml\n', base)).toEqual(['own.yaml:1:1: `version` is missing']);
  expect(faultsOf('extends: base.yaml\n', 'name: [\n')).toEqual([expect.stringMatching(/^base0\.yaml:\d:\d: /)]);
  expect(faultsOf('extends: base.yaml\nname: &a x\nversion: *a\n', base)).toEqual([
    expect.stringContaining('an alias (`*a`) cannot be in a file that extends another'),
  ]);
});

test.each(['/etc/x.yaml', '../x.yaml', 'a/x.yaml', 'x', '-x.yaml', '[x.yaml]', '{ a: 1 }', '""', '.x.yaml'])(
  'what is extended is a file beside: %s is none',
  (name) => {
    expect(findExtended(`extends: ${name}\n`)).toMatchObject({
      issue: { message: '`extends` must be the name of a file beside this one', place: { line: 1, column: 10 } },
    });
  },
);

test('a text that only speaks of it extends nothing', () => {
  expect(findExtended('description: |\n  extends: x.yaml\nname: x\n')).toMatchObject({ name: undefined });
  expect(findExtended('name: [')).toMatchObject({ name: undefined });
});
