import { expect, test } from 'vitest';
import { describeIssues } from '../../../src/easyconfig/describe-issue.ts';
import { isStack, parseStack } from '../../../src/operations/install/stack.ts';

test('an entry is a name, or a map with what is special about it; both have their place', () => {
  const { entries } = parseStack(
    '/s.yaml',
    '- a.yaml\n- easyconfig: b.yaml\n  image_mode: link\n  try_version: "2"\n  set: { image.file: x.sif, hidden: , version: 1.10 }\n',
  );
  expect(entries).toMatchObject([
    { easyconfig: 'a.yaml', rebuild: false, place: { line: 1, column: 3, in: { name: '/s.yaml', isFlag: false } } },
    {
      easyconfig: 'b.yaml',
      imageMode: 'link',
      place: { line: 2, column: 15 },
      variant: {
        version: { value: '2', place: { line: 4 } },
        changes: [
          { path: ['image', 'file'], value: 'x.sif', place: { line: 5, column: 22 } },
          { path: ['hidden'], value: null },
          { path: ['version'], value: 1.1, source: '1.10' },
        ],
      },
    },
  ]);
});

test.each([
  ['', 's.yaml:1:1: the file must be a list, not empty'],
  ['[]', 's.yaml:1:1: the file must have at least one entry'],
  ['- ""', 's.yaml:1:3: `[0]` must not be empty'],
  ['- {}', 's.yaml:1:3: `[0].easyconfig` is missing'],
  ['- { easyconfig: a, set: { .a: 1 } }', 's.yaml:1:27: the key has an empty part'],
  ['- { easyconfig: a, try_version: 1.10 }', 's.yaml:1:33: `[0].try_version` must be text, but YAML reads `1.10`'],
  ['- a: [', 's.yaml:1:7: '],
])('%j is refused at its place', (text, message) => {
  const { issues } = parseStack('s.yaml', text);
  expect(describeIssues('s.yaml', text, issues)[0]).toContain(message);
});

test('a list is a stack, a map is none', () => {
  expect(['- a', '[]', 'name: a', '', 'a: ['].map(isStack)).toEqual([true, true, false, false, false]);
});
