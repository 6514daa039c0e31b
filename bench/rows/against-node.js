import { perRound } from '../measure.js';

/** A line that says how long a side took in starts of Node.js: milliseconds alone say little of another machine. */
export function againstNode(times, side) {
  return { row: '', what: '  … / node -e 0', unit: ' ×', values: perRound(times, (ms) => ms[side] / ms.node) };
}
