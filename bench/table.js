import { availableParallelism, loadavg } from 'node:os';
import { median, quantile } from './measure.js';

// What a line is about comes last: it may be of any length, and no line has to wait for the others to be lined up.
const columns = [
  { title: 'row', width: 16 },
  { title: 'median', width: 10 },
  { title: 'middle half', width: 15 },
  { title: 'aim', width: 10 },
  { title: 'met', width: 3 },
  { title: 'rounds', width: 6 },
  { title: 'what', width: 0 },
];

export function printHead() {
  const [load] = loadavg();
  console.log(`${availableParallelism()} processors, load average ${load.toFixed(1)}, Node.js ${process.version}\n`);
  print(columns.map(({ title }) => title));
  print(columns.map(({ title, width }) => '-'.repeat(Math.max(width, title.length))));
}

/**
 * Prints a line of the table: `values` has one figure per round, of which the median counts and the middle half is shown as
 * the spread. `aim` is `{ most }` or `{ least }`, or undefined for a line that is only for comparison. `notes` come below.
 */
export function printLine({ row, what, unit = '', digits = 2, values, aim, notes = [] }) {
  const show = (value) => value.toFixed(digits);
  const aimed = aim === undefined ? '' : `${describeAim(aim)}${unit}`;
  if (values.length === 0) {
    print([row, 'none', '', aimed, '', '0', what]);
  } else {
    const middle = median(values);
    const spread = values.length === 1 ? '' : `${show(quantile(values, 0.25))} … ${show(quantile(values, 0.75))}`;
    const met = aim === undefined ? '' : isMet(Number(show(middle)), aim) ? 'yes' : 'NO';
    print([row, `${show(middle)}${unit}`, spread, aimed, met, String(values.length), what]);
  }
  for (const note of notes) console.log(`    ${note}`);
}

function print(cells) {
  console.log(
    cells
      .map((cell, at) => cell.padEnd(columns[at].width))
      .join('  ')
      .trimEnd(),
  );
}

function describeAim({ most, least }) {
  return most === undefined ? `≥ ${least}` : `≤ ${most}`;
}

function isMet(value, { most, least }) {
  return most === undefined ? value >= least : value <= most;
}
