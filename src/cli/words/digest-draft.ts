/** More extensions than this nobody reads through. */
const mostExtensions = 3;

/** The lines of a draft that count: no comments of their own line, and of a long list the first ones. */
export function digestOf(text: string): string[] {
  const lines = text.split('\n').filter((line) => !/^\s*(#|$)/.test(line));
  const start = lines.findIndex((line) => line.startsWith('extensions:'));
  if (start < 0) return indented(lines);
  const length = lines.slice(start + 1).findIndex((line) => !line.startsWith('  - '));
  const end = length < 0 ? lines.length : start + 1 + length;
  const left = end - start - 1 - mostExtensions;
  if (left <= 0) return indented(lines);
  const shown = lines.slice(0, start + 1 + mostExtensions);
  return indented([...shown, `  # … and ${left} more`, ...lines.slice(end)]);
}

function indented(lines: readonly string[]): string[] {
  return lines.map((line) => `  ${line}`);
}
