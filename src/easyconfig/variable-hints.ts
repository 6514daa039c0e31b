import { foldShell } from '../lib/fold-shell.ts';
import { formatValue } from '../lib/format.ts';

/** What to do about a value that no module can set, if there is something: of several lines, most are shell code. */
export function hintForVariableValue(value: string): string | undefined {
  if (!value.includes('\n')) return undefined;
  const folded = foldShell(value);
  const isShell = folded !== undefined && folded !== '' && folded !== value;
  const instead = isShell ? `; as shell code on one line: \`${formatValue(folded, 300)}\`` : '';
  return `Lmod 8.7.60 can hold several lines, but 8.6 and Environment Modules run the second as a command; put it into a file (\`files\`), with its path in the variable${instead}`;
}
