import { formatLine, formatSeconds } from '../../lib/format.ts';
import type { InstallResult, Outcome } from '../../operations/install/types.ts';
import { paint, type State } from '../../report/colours.ts';

const words: Readonly<Record<Outcome, string>> = {
  installed: 'installed',
  'already-installed': 'there already',
  failed: 'failed',
  'not-tried': 'not tried',
};

const states: Readonly<Record<Outcome, State>> = {
  installed: 'good',
  'already-installed': 'good',
  failed: 'bad',
  'not-tried': 'warning',
};

/** A table with a line for each easyconfig. */
export function describeResults(results: readonly InstallResult[], isColoured: boolean): string[] {
  const rows = results.map(({ module, outcome, differs, seconds, error }) => [
    module,
    words[outcome],
    seconds === undefined ? '' : formatSeconds(seconds),
    differs.length > 0 ? `differs: ${differs.join(', ')}; --rebuild applies it` : formatLine(error?.message ?? ''),
  ]);
  const all = [['module', 'what was done', 'time', 'why'], ...rows];
  const widths = [0, 1, 2].map((column) => Math.max(...all.map((row) => row[column]?.length ?? 0)));
  return all.map((row, index) => {
    const outcome = results[index - 1]?.outcome;
    const cells = row.map((cell, column) => {
      const padded = column === 2 ? cell.padStart(widths[2] ?? 0) : cell.padEnd(widths[column] ?? 0);
      return column === 1 && outcome !== undefined ? paint(padded, states[outcome], isColoured) : padded;
    });
    return cells.join('  ').trimEnd();
  });
}

/** The same for programs. */
export function summaryEvent(results: readonly InstallResult[]) {
  return {
    event: 'summary' as const,
    results: results.map(({ error, seconds, ...result }) => ({
      ...result,
      seconds: seconds ?? null,
      error: error === undefined ? null : { code: error.code, message: error.message, hint: error.hint },
    })),
  };
}
