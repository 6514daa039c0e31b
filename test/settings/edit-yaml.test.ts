import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { setInYaml, unsetInYaml } from '../../src/settings/edit-yaml.ts';
import { renderYaml } from '../../src/settings/render-yaml.ts';

const file = `# of mine
prefix: /x   # the project

image_dirs:   # central
  - /a  # one
  # two
  - /b
bind_groups:
  slurm: [/v]   # as ever

  filesystems:
    - /scratch
    - { host: /a,
        access: ro }
# end
`;

/** What a change does to the file, as a patch: lines that go, lines that come. */
function change(text: string, changed: string | undefined): string {
  const [before, after] = [text.split('\n'), (changed ?? '').split('\n')];
  const count = (lines: string[], line: string): number => lines.filter((other) => other === line).length;
  const gone = before.filter((line) => count(before, line) > count(after, line)).map((line) => `- ${line}`);
  const come = after.filter((line) => count(after, line) > count(before, line)).map((line) => `+ ${line}`);
  return [...gone, ...come].join('\n');
}

describe('setInYaml', () => {
  it('changes a value and nothing else', () => {
    expect(change(file, setInYaml(file, ['prefix'], '/new'))).toBe(
      '- prefix: /x   # the project\n+ prefix: /new   # the project',
    );
    expect(change(file, setInYaml(file, ['bind_groups', 'slurm'], ['/w', '/v']))).toBe(
      '-   slurm: [/v]   # as ever\n+   slurm: [/w, /v]   # as ever',
    );
  });

  it('puts a list of one line in place of one of several', () => {
    expect(change(file, setInYaml(file, ['image_dirs'], ['/c', 'a b']))).toBe(
      '- image_dirs:   # central\n-   - /a  # one\n-   # two\n-   - /b\n+ image_dirs: [/c, "a b"]  # central',
    );
    expect(setInYaml(file, ['bind_groups', 'filesystems'], ['/q'])).toContain('\n\n  filesystems: [/q]\n# end\n');
  });

  it('adds a key after the last of its map', () => {
    expect(setInYaml(file, ['runtime'], 'apptainer')).toContain('access: ro }\nruntime: apptainer\n# end\n');
    expect(setInYaml(file, ['bind_groups', 'gpu'], ['/g'])).toContain('access: ro }\n  gpu: [/g]\n# end\n');
    expect(setInYaml(file, ['force', 'prefix'], '/f')).toContain('ro }\nforce:\n  prefix: /f\n# end\n');
  });

  it.each([
    ['', ['a'], 'a: 1\n'],
    ['# only', ['a', 'b'], '# only\na:\n  b: 1\n'],
    ['---\n', ['a'], '---\na: 1\n'],
    ['{}\n', ['a'], '{ a: 1 }\n'],
    ['{ b: 2 } # c\n', ['a'], '{ b: 2, a: 1 } # c\n'],
    ['a: { b: 2 }', ['a', 'c'], 'a: { b: 2, c: 1 }'],
    ['a: # why\nb: 2\n', ['a'], 'a: 1 # why\nb: 2\n'],
    ['a: # why\nb: 2\n', ['a', 'c'], 'a: # why\n  c: 1\nb: 2\n'],
    ['b: 2\r\nc: 3\r\n', ['a'], 'b: 2\r\nc: 3\r\na: 1\r\n'],
    ['a: |\n  one\n  two\n\nb: 2\n', ['a'], 'a: 1\n\nb: 2\n'],
    ['b: |\n  one\n  two\n', ['a'], 'b: |\n  one\n  two\na: 1\n'],
    ['"a": "x" # c\n', ['a'], '"a": 1 # c\n'],
    ['a: &x\n  - 1\nb: *x\n', ['b'], 'a: &x\n  - 1\nb: 1\n'],
  ] as const)('in %j sets %j', (text, path, expected) => {
    expect(setInYaml(text, [...path] as [string, ...string[]], 1).trim()).toBe(expected.trim());
  });

  it.each(['a: &x [1]\nb: *x\n', 'a: &x\n  - 1\nb: [*x]\n'])('refuses to change what others depend on: %j', (text) => {
    expect(() => setInYaml(text, ['a'], 1)).toThrow('anchors');
    expect(() => unsetInYaml(text, ['a'])).toThrow('anchors');
  });

  it('sets what it says, and no other value, however the text is laid out', () => {
    const key = fc.constantFrom('prefix', 'image_dirs', 'bind_groups', 'a b', '#x', 'null');
    const leaf = fc.oneof(
      fc.string(),
      fc.boolean(),
      fc.integer(),
      fc.constantFrom('~', '- a', 'a: b', '# c', '0x1', 'é\n'),
    );
    const value = fc.oneof(leaf, fc.array(leaf), fc.dictionary(key, fc.oneof(leaf, fc.array(leaf))));
    const settings = fc.dictionary(key, value);
    const isFlow = fc.boolean();
    fc.assert(
      fc.property(settings, isFlow, key, fc.option(key), value, (before, flow, top, part, wanted) => {
        const text = flow ? `${renderYaml(before)} # end\n` : blockOf(before);
        const path: [string, ...string[]] = part === null ? [top] : [top, part];
        const old: unknown = Object.hasOwn(before, top) ? before[top] : undefined;
        const inner = typeof old === 'object' && !Array.isArray(old) ? old : {};
        const expected = { ...before, [top]: part === null ? wanted : { ...inner, [part]: wanted } };
        expect(parse(setInYaml(text, path, wanted))).toEqual(expected);
      }),
      { numRuns: 500 },
    );
  });
});

function blockOf(settings: Record<string, unknown>): string {
  return Object.entries(settings)
    .map(([key, value]) => {
      const isList = Array.isArray(value) && value.length > 0;
      const lines = isList ? value.map((part) => `\n  - ${renderYaml(part)} # part`).join('') : ` ${renderYaml(value)}`;
      return `# of the next\n${renderYaml(key)}:${lines}  # behind\n\n`;
    })
    .join('');
}

describe('unsetInYaml', () => {
  it('takes out the lines of a value, and leaves all others', () => {
    expect(change(file, unsetInYaml(file, ['prefix']))).toBe('- prefix: /x   # the project');
    expect(change(file, unsetInYaml(file, ['image_dirs']))).toBe(
      '- image_dirs:   # central\n-   - /a  # one\n-   # two\n-   - /b',
    );
    expect(change(file, unsetInYaml(file, ['bind_groups', 'slurm']))).toBe('-   slurm: [/v]   # as ever');
  });

  it.each([
    ['a:\n  b: 1\nc: 2\n', ['a', 'b'], 'c: 2\n'],
    ['a: { b: 1, c: 2 } # x\n', ['a', 'b'], 'a: { c: 2 } # x\n'],
    ['{ a: 1 }\n', ['a'], ''],
    ['a: 1', ['a'], ''],
    ['# c\na: 1\r\nb: 2\r\n', ['a'], '# c\nb: 2\r\n'],
  ] as const)('out of %j takes %j', (text, path, expected) => {
    expect(unsetInYaml(text, [...path] as [string, ...string[]])).toBe(expected);
  });

  it.each([['c'], ['a', 'c'], ['a', 'b', 'c']] as [string, ...string[]][])('knows that there is no %s', (...path) => {
    expect(unsetInYaml('a: { b: 1 }\n', path as [string, ...string[]])).toBeUndefined();
  });
});
