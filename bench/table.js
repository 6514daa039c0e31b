import { availableParallelism, loadavg } from 'node:os';
import { median, quantile } from './measure.js';

/**
 * A line of the table: `values` has one figure per round, of which the median counts and the middle half is shown as the
 * spread. `aim` is `{ most }` or `{ least }`, or undefined for a line that is only for comparison.
 */
export function printTable(lines) {
  const rows = lines.map(({ row, what, unit = '', digits = 2, values, aim }) => {
    const show = (value) => value.toFixed(digits);
    if (values.length === 0) return [row, what, '', '', `${describeAim(aim)}${unit}`, 'not measured', '0'];
    const middle = median(values);
    return [
      row,
      what,
      `${show(middle)}${unit}`,
      values.length === 1 ? '' : `${show(quantile(values, 0.25))} … ${show(quantile(values, 0.75))}`,
      aim === undefined ? '' : `${describeAim(aim)}${unit}`,
      aim === undefined ? '' : isMet(Number(show(middle)), aim) ? 'yes' : 'NO',
      String(values.length),
    ];
  });
  const head = ['row', 'what', 'median', 'middle half', 'aim', 'met', 'rounds'];
  const widths = head.map((title, at) => Math.max(...[head, ...rows].map((row) => row[at].length), title.length));
  const print = (cells) =>
    console.log(
      cells
        .map((cell, at) => cell.padEnd(widths[at]))
        .join('  ')
        .trimEnd(),
    );
  print(head);
  print(widths.map((width) => '-'.repeat(width)));
  for (const row of rows) print(row);
  const [load] = loadavg();
  console.log(`\n${availableParallelism()} processors, load average ${load.toFixed(1)}, Node.js ${process.version}`);
  for (const { notes = [] } of lines) for (const note of notes) console.log(note);
}

function describeAim({ most, least }) {
  return most === undefined ? `≥ ${least}` : `≤ ${most}`;
}

function isMet(value, { most, least }) {
  return most === undefined ? value >= least : value <= most;
}
