import { foldPieces } from '../../lib/fold-words.ts';

const screenWidth = 80;

/** Items with commas between, on lines of at most 80 characters where they allow it; `margin` is left of each line. */
export function wrapList(items: readonly string[], margin: number): string[] {
  const pieces = items.map((item, at) => (at === items.length - 1 ? item : `${item},`));
  return foldPieces(pieces, screenWidth - margin);
}

export type Row = readonly [label: string, items: readonly string[]];

/** Labels with what belongs to them, a line or several for each; a label with nothing is left out. */
export function labelled(rows: readonly Row[]): string[] {
  const width = Math.max(0, ...rows.filter(([, items]) => items.length > 0).map(([label]) => label.length));
  return rows.flatMap(([label, items]) =>
    wrapList(items, width + 4).map((line, at) => `  ${(at === 0 ? label : '').padEnd(width)}  ${line}`),
  );
}
