import { perRound } from '../measure.js';

/** A line that says how long a side took in starts of Node.js: milliseconds alone say little of another machine. */
export function againstNode(times, side, { row = '', what = '  … / node -e 0', aim } = {}) {
  return { row, what, unit: ' ×', values: perRound(times, (ms) => ms[side] / ms.node), aim };
}
