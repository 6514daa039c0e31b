import { formatQuickest, interleave, roundsOf, run } from '../measure.js';
import { ctinstallProgram, installCommand, prefix } from '../work.js';
import { againstNode } from './against-node.js';

const easyconfig = 'mpi4py-3.1.6-rocm-6.2.0.yaml';

/** Showing an easyconfig, and an installed module, against the start of Node.js. */
export function measureShow() {
  run(installCommand(easyconfig));
  const show = (thing) => () => run([ctinstallProgram, '--prefix', prefix, 'show', thing]);
  const times = interleave(
    { node: () => run(['node', '-e', '0']), easyconfig: show(easyconfig), module: show('mpi4py') },
    { rounds: roundsOf(15) },
  );
  const aim = { most: 4 };
  const inMs = (side) => ({ row: '', what: '  … in milliseconds', unit: ' ms', digits: 0, values: times[side] });
  return [
    againstNode(times, 'easyconfig', { row: 'show', what: 'ctinstall show of an easyconfig / node -e 0', aim }),
    inMs('easyconfig'),
    againstNode(times, 'module', { what: '  … of an installed module / node -e 0', aim }),
    { ...inMs('module'), notes: [formatQuickest(times)] },
  ];
}
