import type { Issue, Place } from '../../easyconfig/types.ts';
import type { Line } from './types.ts';

/** Where `part` is in the line as it is written; the whole line, without blanks around it, where a template made the part. */
export function placeOf({ number, written }: Line, part?: string): Place {
  const whole = written.trim();
  const shown = part !== undefined && part !== '' && written.includes(part) ? part : whole;
  const before = written.slice(0, Math.max(0, startOf(shown, written)));
  return { line: number, column: lengthOf(before) + 1, length: Math.max(1, lengthOf(shown)) };
}

export function issueAt(line: Line, part: string | undefined, message: string, hint?: string): Issue {
  return { message, hint, place: placeOf(line, part) };
}

function lengthOf(text: string): number {
  return Array.from(text).length;
}

/** The first place where it is a word or words; else where it is part of one. */
function startOf(part: string, text: string): number {
  const first = text.indexOf(part);
  for (let at = first; at !== -1; at = text.indexOf(part, at + 1))
    if (/(^|\s)$/.test(text.slice(0, at)) && /^(\s|$)/.test(text.slice(at + part.length))) return at;
  return first;
}
