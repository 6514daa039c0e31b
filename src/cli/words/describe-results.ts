import { formatLine, formatSeconds } from '../../lib/format.ts';
import type { InstallResult, Outcome } from '../../operations/install/types.ts';

const words: Readonly<Record<Outcome, string>> = {
  installed: 'installed',
  'already-installed': 'there already',
  failed: 'failed',
  'not-tried': 'not tried',
};

/** A table with a line for each easyconfig. */
export function describeResults(results: readonly InstallResult[]): string[] {
  const rows = results.map(({ module, outcome, seconds, error }) => [
    module,
    words[outcome],
    seconds === undefined ? '' : formatSeconds(seconds),
    formatLine(error?.message ?? ''),
  ]);
  const all = [['module', 'what was done', 'time', 'why'], ...rows];
  const widths = [0, 1, 2].map((column) => Math.max(...all.map((row) => row[column]?.length ?? 0)));
  return all.map((row) =>
    row
      .map((cell, column) => (column === 2 ? cell.padStart(widths[2] ?? 0) : cell.padEnd(widths[column] ?? 0)))
      .join('  ')
      .trimEnd(),
  );
}

/** The same for programs. */
export function summaryEvent(results: readonly InstallResult[]): unknown {
  return {
    event: 'summary',
    results: results.map(({ error, seconds, ...result }) => ({
      ...result,
      seconds: seconds ?? null,
      error: error === undefined ? null : { code: error.code, message: error.message, hint: error.hint },
    })),
  };
}
