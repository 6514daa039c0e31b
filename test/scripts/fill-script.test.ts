import { execFileSync } from 'node:child_process';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { fillScript } from '../../src/scripts/fill-script.ts';

const script = `#!/bin/bash
# module=… is a comment
module=NAME/VERSION  # filled in by ctinstall
runtime="a b"  # filled in by ctinstall
  indented=1  # filled in by ctinstall
other=1 # filled in by ctinstall
`;

test('the lines are filled in, quoted, and nothing else is changed', () => {
  expect(fillScript(script, { module: "it's $1 $& \\", runtime: '' })).toBe(`#!/bin/bash
# module=… is a comment
module='it'\\''s $1 $& \\'  # filled in by ctinstall
runtime=''  # filled in by ctinstall
  indented=1  # filled in by ctinstall
other=1 # filled in by ctinstall
`);
});

test('a script with nothing to fill in stays as it is', () => {
  expect(fillScript('echo\n', {})).toBe('echo\n');
});

test.each<[string, Record<string, string>, string]>([
  ['a value without a line', { module: '', runtime: '', image: '' }, 'no line for `image`'],
  ['several of them', { module: '', runtime: '', a: '', b: '' }, 'no line for `a`, `b`'],
  ['a line without a value', { module: '' }, 'a line for `runtime`, which has no value'],
  ['no value at all', {}, 'a line for `module`, which has no value'],
])('%s is a bug', (_what, values, message) => {
  expect(() => fillScript(script, values)).toThrow(message);
});

test('two lines for one key are a bug', () => {
  const twice = 'a=1  # filled in by ctinstall\na=2  # filled in by ctinstall\n';
  expect(() => fillScript(twice, { a: 'x' })).toThrow('more than one line for `a`');
});

test('a key of every object is not taken for a value', () => {
  expect(() => fillScript('constructor=1  # filled in by ctinstall\n', {})).toThrow('has no value');
});

test('bash reads the very values, also those that look like another such line', () => {
  const value = fc.oneof(
    fc.string({ unit: 'binary' }).filter((text) => !text.includes('\0')),
    fc.constant('x\nruntime=evil  # filled in by ctinstall\n'),
  );
  fc.assert(
    fc.property(value, value, (module, runtime) => {
      const text = `${fillScript(script, { module, runtime })}printf '%s\\0' "$module" "$runtime"`;
      const out = execFileSync('bash', ['-s'], { input: text }).toString();
      expect(out.split('\0')).toEqual([module, runtime, '']);
    }),
  );
});
