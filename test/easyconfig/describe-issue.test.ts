import { describe, expect, it } from 'vitest';
import { describeIssues } from '../../src/easyconfig/describe-issue.ts';

function shown(text: string, line: number, column: number, length = 1): string[] {
  const issue = { message: 'm', hint: undefined, place: { line, column, length } };
  return describeIssues('f', text, [issue]).slice(1);
}

describe('describeIssues', () => {
  it('underlines the fault', () => {
    expect(shown('a\nb: cde\n', 2, 4, 3)).toEqual(['  | b: cde', '  |    ^^^']);
  });

  it('takes carriage returns, tabs and control characters for blanks', () => {
    expect(shown('\tb\u001b\u202e: x\r\n', 1, 7)).toEqual(['  |  b  : x', '  |       ^']);
  });

  it('underlines in cells of the terminal', () => {
    expect(shown('日本: 😀x', 1, 5, 2)).toEqual(['  | 日本: 😀x', '  |       ^^^']);
    expect(shown('e\u0301: x', 1, 5)).toEqual(['  | e\u0301: x', '  |    ^']);
  });

  it('shows a part of a long line', () => {
    const [line, caret] = shown(`${'a'.repeat(500)}X${'b'.repeat(500)}`, 1, 501, 400);
    expect(line).toHaveLength(80);
    expect(line?.[caret?.indexOf('^') ?? 0]).toBe('X');
    expect(caret).toHaveLength(80);
  });

  it('points after the end, and into nothing', () => {
    expect(shown('abc', 1, 4)).toEqual(['  | abc', '  |    ^']);
    expect(shown('', 1, 1)).toEqual(['  | ', '  | ^']);
    expect(shown('x', 9, 1)).toEqual(['  | ', '  | ^']);
  });

  it('leaves out the byte order mark, and shows hints', () => {
    const issue = { message: 'bad', hint: 'do it', place: { line: 1, column: 1, length: 1 } };
    expect(describeIssues('f.yaml', '\ufeffx', [issue])).toEqual([
      'f.yaml:1:1: bad',
      '  | x',
      '  | ^',
      '  hint: do it',
    ]);
  });

  it('tells faults in the order of the file', () => {
    const at = (line: number, column: number) => ({
      message: `${line}.${column}`,
      hint: undefined,
      place: { line, column, length: 1 },
    });
    const messages = describeIssues('f', 'abc\nabc\n', [at(2, 1), at(1, 3), at(1, 1)]);
    expect(messages.filter((line) => line.startsWith('f:'))).toEqual(['f:1:1: 1.1', 'f:1:3: 1.3', 'f:2:1: 2.1']);
  });
});
