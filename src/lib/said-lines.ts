import { formatLine } from './format.ts';

/** What a program has said last, as details of an error: at most `most` lines, with nothing that a terminal obeys. */
export function saidLines(text: string, most = 20): string[] {
  const lines = text.trim() === '' ? [] : text.trimEnd().split('\n').slice(-most);
  return lines.map((line) => `  | ${formatLine(line)}`);
}
