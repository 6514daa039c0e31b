import { rmSync } from 'node:fs';
import { formatQuickest, interleave, roundsOf, run } from '../measure.js';
import { ctinstallProgram } from '../work.js';
import { againstNode } from './against-node.js';
import { makeInstalls } from './many-installs.js';

const commands = { list: ['list'], 'verify-quick': ['verify', '--quick'] };
/** In starts of Node.js, and in milliseconds. */
const aims = { list: { ratio: { most: 3 } }, 'verify-quick': { ms: { most: 1000 } } };

/** What there is, and whether it is as it was installed, with 300 installs in the prefix; and with 1,000. */
export function measureInstallsAtScale(wanted) {
  const prefixes = { 300: makeInstalls(300), 1000: makeInstalls(1000) };
  const sides = { node: () => run(['node', '-e', '0']) };
  const running = (row, count, env) => () => {
    const argv = [ctinstallProgram, '--prefix', prefixes[count], ...commands[row]];
    const lines = run(argv, { env: { ...process.env, ...env } })
      .trimEnd()
      .split('\n');
    if (lines.length !== Number(count)) throw new Error(`${row}: ${lines.length} lines for ${count} installs`);
  };
  for (const row of wanted) for (const count of Object.keys(prefixes)) sides[`${row} ${count}`] = running(row, count);
  if (wanted.includes('list')) {
    // Nothing can be kept there.
    sides.afresh = running('list', 300, { XDG_CACHE_HOME: '/dev/null' });
    // What was made just now is not remembered yet.
    run(['sleep', '11']);
  }
  const times = interleave(sides, { rounds: roundsOf(7) });
  for (const prefix of Object.values(prefixes)) rmSync(prefix, { recursive: true });
  const inMs = (what, side) => ({ row: '', what, unit: ' ms', digits: 0, values: times[side] });
  const lines = wanted.flatMap((row) => {
    const what = `ctinstall ${commands[row].join(' ')}, 300 installs / node -e 0`;
    return [
      againstNode(times, `${row} 300`, { row, what, aim: aims[row].ratio }),
      { ...inMs('  … in milliseconds', `${row} 300`), aim: aims[row].ms },
      inMs('  … 1,000 installs, in milliseconds', `${row} 1000`),
      ...(row === 'list' ? [againstNode(times, 'afresh', { what: '  … with nothing remembered / node -e 0' })] : []),
    ];
  });
  lines.at(-1).notes = [formatQuickest(times)];
  return lines;
}
