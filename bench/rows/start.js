import { formatQuickest, interleave, perRound, roundsOf, run } from '../measure.js';
import { ctinstallProgram } from '../work.js';

/** The least that ctinstall can be asked for, against the least that Node.js can. */
export function measureStart() {
  const times = interleave(
    { node: () => run(['node', '-e', '0']), version: () => run([ctinstallProgram, '--version']) },
    { rounds: roundsOf(40) },
  );
  const values = perRound(times, ({ node, version }) => version / node);
  return [
    {
      row: 'start',
      what: 'ctinstall --version / node -e 0',
      unit: ' ×',
      values,
      aim: { most: 1.5 },
      notes: [formatQuickest(times)],
    },
  ];
}
