import { mkdirSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { perRound, roundsOf, run } from '../measure.js';
import { installCommand, prefix } from '../work.js';

const script = fileURLToPath(new URL('module-load.sh', import.meta.url));
const generated = 'mpi4py/3.1.6-rocm-6.2.0';
const empty = 'empty/1';

/** A module with all that ctinstall can write, the shipped mpi4py's, against one with nothing in it. */
export function measureModuleLoad() {
  run(installCommand('mpi4py-3.1.6-rocm-6.2.0.yaml'));
  const modulePath = `${prefix}/modules`;
  mkdirSync(`${modulePath}/empty`, { recursive: true });
  writeFileSync(`${modulePath}/${empty}.lua`, '');
  const text = run(['bash', script, modulePath, String(roundsOf(40)), generated, empty]);
  const times = {};
  for (const line of text.trim().split('\n')) {
    const [what, name, microseconds] = line.split(' ');
    times[what] ??= { [generated]: [], [empty]: [] };
    times[what][name].push(Number(microseconds));
  }
  const line = (row, text, what, aim) => ({
    row,
    what: text,
    unit: ' ×',
    values: perRound(times[what], (us) => us[generated] / us[empty]),
    aim,
  });
  return [
    line('module-load', 'module load of mpi4py / of an empty module', 'load', { most: 1.1 }),
    line('', '  … the same, Lmod alone ($LMOD_CMD bash load)', 'lmod'),
    line('', '  … module unload', 'unload'),
  ];
}
