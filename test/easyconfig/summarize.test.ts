import { describe, expect, it } from 'vitest';
import { summarizeEasyconfig } from '../../src/easyconfig/summarize.ts';
import { least } from './support.ts';

const path = '/e/demo-1.0.yaml';

describe('summarizeEasyconfig', () => {
  it('tells name, version and what the software is, and collects the words to search in', () => {
    const text = `${least}whatis: ["Keywords: fast", "Description: A Demo of %(name)s"]\ndescription: |\n  First\n  LINE of %(version)s\n`;
    expect(summarizeEasyconfig(path, text)).toEqual({
      summary: {
        name: 'demo',
        version: '1.0',
        versionsuffix: '',
        about: 'A Demo of demo',
        words: 'demo/1.0 demo-1.0.yaml keywords: fast description: a demo of demo first line of 1.0',
      },
      fault: undefined,
    });
  });

  it.each([
    ['whatis: [Plain text]\ndescription: other', 'Plain text'],
    ['whatis: ["URL: https://x"]\ndescription: |\n\n  First line\n  second', 'First line'],
    ['whatis: ["Description:"]\ndescription: of the description', 'of the description'],
    ['description: "zero\\u200bwidth"', 'zero\\u200bwidth'],
    [`description: ${'x'.repeat(200)}`, `${'x'.repeat(97)}…`],
    ['moduleclass: devel', ''],
  ])('says what it is in one line: %j', (more, about) => {
    expect(summarizeEasyconfig(path, `${least}${more}\n`).summary?.about).toBe(about);
  });

  it('is the same for what only the whole YAML parser reads', () => {
    const several = summarizeEasyconfig(path, `${least}description: one\n  two\n`);
    expect(several).toEqual(summarizeEasyconfig(path, `${least}description: one two\n`));
    expect(several.summary?.about).toBe('one two');
  });

  it.each([
    ['name: [', `${path}:1:8: `],
    ['', `${path}:1:1: the file must be a map`],
    ['version: "1"\nimage: { file: a.sif }\n', `${path}:1:1: \`name\` is missing`],
    ['name: demo\nimage: { file: a.sif }\n', `${path}:1:1: \`version\` is missing`],
    ['name: demo\nversion: "1.0"\n', `${path}:1:1: \`image\` is missing`],
    ['name: demo\nversion: 1.0\nimage: { file: a.sif }\n', `${path}:2:10: \`version\` must be text, but YAML reads`],
    ['name: [a]\nversion: {}\nimage: a\n', `${path}:1:7: \`name\` must be text, not a list (and 2 more faults)`],
    [`${least}name: again\n`, `${path}:4:1: the key \`name\` is there twice`],
  ])('names the first fault, with its place: %j', (text, fault) => {
    const read = summarizeEasyconfig(path, text);
    expect(read.summary).toBeUndefined();
    expect(read.fault?.slice(0, fault.length)).toBe(fault);
  });

  it('names a file that is not called by its name and version, and tells what it is', () => {
    const read = summarizeEasyconfig('/e/demo-1.1.yaml', `${least}versionsuffix: -x\n`);
    expect(read.summary).toMatchObject({ name: 'demo', version: '1.0', versionsuffix: '-x' });
    expect(read.fault).toBe(
      '/e/demo-1.1.yaml: describes demo; by its name and version it should be called `demo-1.0-x.yaml`',
    );
  });
});
