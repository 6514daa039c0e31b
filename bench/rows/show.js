import { interleave, perRound, roundsOf, run } from '../measure.js';
import { ctinstallProgram, installCommand, prefix } from '../work.js';

const easyconfig = 'mpi4py-3.1.6-rocm-6.2.0.yaml';

/** What showing an easyconfig, and an installed module, takes over the start of Node.js. */
export function measureShow() {
  run(installCommand(easyconfig));
  const show = (thing) => () => run([ctinstallProgram, '--prefix', prefix, 'show', thing]);
  const times = interleave(
    { node: () => run(['node', '-e', '0']), easyconfig: show(easyconfig), module: show('mpi4py') },
    { rounds: roundsOf(15) },
  );
  const line = (row, what, side, aim) => ({
    row,
    what,
    unit: ' ms',
    digits: 0,
    values: perRound(times, (ms) => ms[side] - ms.node),
    aim,
  });
  return [
    line('show', 'ctinstall show of an easyconfig, minus node -e 0', 'easyconfig', { most: 150 }),
    line('', '  … of an installed module', 'module'),
  ];
}
