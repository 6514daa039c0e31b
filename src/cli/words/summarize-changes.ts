import { diffLines } from 'diff';
import { formatLine, formatValue } from '../../lib/format.ts';
import type { Change } from '../../operations/regenerate/types.ts';

const screenWidth = 80;
/** A module with more changed lines than this gets one line that counts them. */
const mostPairs = 3;

interface Pair {
  readonly from: string;
  readonly to: string;
}

/**
 * What would change, for people: of each module the lines of its modulefile that would be others, each as `old → new`. Its
 * scripts hold the same values: they are told of only where the modulefile stays as it is.
 */
export function summarizeChanges(changes: readonly Change[]): string[] {
  const modules = [...new Set(changes.map(({ module }) => module))];
  const lines = modules.flatMap((module) => {
    const of = changes.filter((change) => change.module === module);
    const modulefiles = of.filter(({ isModulefile }) => isModulefile);
    return describeModule(module, modulefiles.length > 0 ? modulefiles : of);
  });
  const { length } = changes;
  const files = length === 1 ? '1 file' : `${length} files`;
  return length === 0 ? [] : [...lines, `${files} in all; --trace prints the differences`];
}

function describeModule(module: string, changes: readonly Change[]): string[] {
  const pairs = changes.flatMap(pairsOf);
  if (pairs.length > 0 && pairs.length <= mostPairs)
    return [
      ...new Set(pairs.map((pair) => `${formatLine(module)}: ${describePair(pair, screenWidth - module.length - 2)}`)),
    ];
  return changes.map(({ path, before, after }) => {
    const what =
      before === undefined ? 'new' : after === undefined ? 'goes' : `${pairsOf({ before, after }).length} lines`;
    return `${formatLine(module)}: ${formatLine(path.split('/').slice(-2).join('/'))}: ${what}`;
  });
}

/** Lines that go, each with the one that comes in its place. */
function pairsOf({ before = '', after = '' }: Pick<Change, 'before' | 'after'>): Pair[] {
  const parts = diffLines(before, after);
  const pairs: Pair[] = [];
  for (const [at, part] of parts.entries()) {
    const [previous, next] = [parts[at - 1], parts[at + 1]];
    if (part.removed) pairs.push(...zip(part.value, next?.added === true ? next.value : ''));
    else if (part.added && previous?.removed !== true) pairs.push(...zip('', part.value));
  }
  return pairs;
}

function zip(from: string, to: string): Pair[] {
  const [old, now] = [from.trimEnd().split('\n'), to.trimEnd().split('\n')];
  return Array.from({ length: Math.max(old.length, now.length) }, (_, at) => ({
    from: old[at]?.trim() ?? '',
    to: now[at]?.trim() ?? '',
  }));
}

/** What both sides have in common at their ends says nothing where there is no room for all. */
function describePair({ from, to }: Pair, room: number): string {
  const show = (text: string, most: number): string =>
    text === '' ? 'nothing' : formatValue(text, Math.max(20, most));
  const whole = `${show(from, 4096)} → ${show(to, 4096)}`;
  if (whole.length <= room) return whole;
  const start = commonLength(from, to);
  const end = commonLength(reversed(from.slice(start)), reversed(to.slice(start)));
  const middle = (text: string): string => text.slice(start, text.length - end);
  // What the line is about stands at its beginning.
  const [subject = ''] = /^[^,=]{0,24}/.exec(from.slice(0, start)) ?? [];
  const half = Math.floor((room - subject.length - 4) / 2);
  return `${subject} ${show(`…${middle(from)}`, half)} → ${show(`…${middle(to)}`, half)}`.trimStart();
}

/** Up to the last blank or separator, so that words stay whole. */
function commonLength(a: string, b: string): number {
  let at = 0;
  while (at < a.length && a[at] === b[at]) at += 1;
  return a.slice(0, at).search(/[^\s"'(,=:]*$/);
}

function reversed(text: string): string {
  return [...text].toReversed().join('');
}
