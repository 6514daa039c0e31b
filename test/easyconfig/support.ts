import { describeIssues } from '../../src/easyconfig/describe-issue.ts';
import { normalizeEasyconfig } from '../../src/easyconfig/normalize.ts';
import { parseEasyconfig } from '../../src/easyconfig/parse.ts';
import type { Easyconfig } from '../../src/easyconfig/types.ts';

/** An easyconfig with no more than it must have. */
export const least = 'name: demo\nversion: "1.0"\nimage: { file: demo.sif }\n';

/** The faults of a text as users see them, in a file called `f.yaml`. */
export function faultsOf(text: string): string {
  return describeIssues('f.yaml', text, parseEasyconfig(text).issues).join('\n');
}

/** The first line of each fault: place and message. */
export function messagesOf(text: string): string[] {
  return parseEasyconfig(text).issues.map(({ message, place }) => `${place.line}:${place.column} ${message}`);
}

export function normalFormOf(text: string): Easyconfig {
  const { easyconfig } = parseEasyconfig(text);
  if (easyconfig === undefined) throw new Error(faultsOf(text));
  return normalizeEasyconfig(easyconfig);
}

/** The normal form, or undefined for an easyconfig that is refused. */
export function normalFormIfGood(text: string): Easyconfig | undefined {
  const { easyconfig, issues } = parseEasyconfig(text);
  if (easyconfig === undefined && issues.length === 0) throw new Error('refused without a reason');
  return easyconfig === undefined ? undefined : normalizeEasyconfig(easyconfig);
}
