import { formatLine } from '../lib/format.ts';
import type { Issue } from './types.ts';

/**
 * Shows each fault, in the order of the file, as `file:line:column: message`, the line with a caret under the fault, and its
 * hint; where it is in something else than the file, that.
 */
export function describeIssues(file: string, text: string, issues: readonly Issue[]): string[] {
  const lines = linesOf(text);
  const inOrder = issues.toSorted((a, b) => a.place.line - b.place.line || a.place.column - b.place.column);
  return inOrder.flatMap(({ message, hint, place }) => {
    const line = (place.in === undefined ? lines : linesOf(place.in.text))[place.line - 1] ?? '';
    const source = showLine(line.replace(/\r$/, ''), place.column, place.length);
    const name = formatLine(place.in?.name ?? file);
    return [
      `${name}${place.in?.isFlag === true ? '' : `:${place.line}:${place.column}`}: ${message}`,
      ...source,
      ...(hint === undefined ? [] : [`  hint: ${hint}`]),
    ];
  });
}

function linesOf(text: string): string[] {
  return text.replace(/^\uFEFF/, '').split('\n');
}

/** A line of a file may be very long or hold control characters: show the part around the fault, plainly. */
function showLine(line: string, column: number, length: number): string[] {
  // With what stands before it, as wide as a terminal is at least: on the next line the caret would point at nothing.
  const most = 76;
  const characters = Array.from(line);
  const start = characters.length > most && column > most - 20 ? column - 40 : 0;
  const part = characters
    .slice(start, start + most)
    .map((character) => character.replace(/[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/gu, ' '));
  const caretAt = Math.max(0, column - 1 - start);
  const underlined = part.slice(caretAt, caretAt + length);
  return [
    `  | ${part.join('')}`,
    `  | ${' '.repeat(cellsOf(part.slice(0, caretAt)))}${'^'.repeat(Math.max(1, cellsOf(underlined)))}`,
  ];
}

/** How many cells of a terminal characters take: none for what is put onto another, two for East Asian ones and emoji. */
function cellsOf(characters: readonly string[]): number {
  const wide =
    /[\p{Emoji_Presentation}\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Hangul}\uff01-\uff60]/u;
  return characters.reduce((sum, character) => sum + (/\p{M}/u.test(character) ? 0 : wide.test(character) ? 2 : 1), 0);
}
