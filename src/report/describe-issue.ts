import type { Issue } from '../easyconfig/types.ts';

/** Shows each fault as `file:line:column: message`, the line with a caret under the fault, and its hint. */
export function describeIssues(file: string, text: string, issues: readonly Issue[]): string[] {
  const lines = text.split('\n');
  return issues.flatMap(({ message, hint, place }) => {
    const source = showLine((lines[place.line - 1] ?? '').replace(/\r$/, ''), place.column, place.length);
    return [
      `${file}:${place.line}:${place.column}: ${message}`,
      ...source,
      ...(hint === undefined ? [] : [`  hint: ${hint}`]),
    ];
  });
}

/** A line of a file may be very long or hold control characters: show the part around the fault, plainly. */
function showLine(line: string, column: number, length: number): string[] {
  const most = 100;
  const start = column > most - 20 ? column - 40 : 0;
  const part = line.slice(start, start + most).replace(/[\p{Cc}\p{Cf}]/gu, ' ');
  const caretAt = Math.max(0, column - 1 - start);
  const carets = '^'.repeat(Math.max(1, Math.min(length, part.length - caretAt, 60)));
  return [`  | ${part}`, `  | ${' '.repeat(caretAt)}${carets}`];
}
