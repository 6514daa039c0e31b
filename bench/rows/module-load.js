import { mkdirSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { perRound, roundsOf, run } from '../measure.js';
import { installCommand, prefix, work, writeEasyconfig } from '../work.js';

const script = fileURLToPath(new URL('module-load.sh', import.meta.url));
const shipped = 'mpi4py/3.1.6-rocm-6.2.0';
const full = 'full/1';
const empty = 'empty/1';

/** Modules as ctinstall writes them, the shipped mpi4py's and one with every feature, against one with nothing in it. */
export function measureModuleLoad() {
  run(installCommand('mpi4py-3.1.6-rocm-6.2.0.yaml'));
  run(installCommand(writeFullEasyconfig()));
  const modulePath = `${prefix}/modules`;
  mkdirSync(`${modulePath}/empty`, { recursive: true });
  writeFileSync(`${modulePath}/${empty}.lua`, '');
  const text = run(['bash', script, modulePath, String(roundsOf(40)), shipped, full, empty]);
  const times = {};
  for (const line of text.trim().split('\n')) {
    const [what, name, microseconds] = line.split(' ');
    times[what] ??= { [shipped]: [], [full]: [], [empty]: [] };
    times[what][name].push(Number(microseconds));
  }
  const line = (row, text, { what, module }, aim) => ({
    row,
    what: text,
    unit: ' ×',
    values: perRound(times[what], (us) => us[module] / us[empty]),
    aim,
  });
  const aim = { most: 1.1 };
  return [
    line('module-load', 'module load of mpi4py / of an empty module', { what: 'load', module: shipped }, aim),
    line('', '  … of one with 20 binds and every feature', { what: 'load', module: full }, aim),
    line('', '  … of mpi4py, Lmod alone ($LMOD_CMD bash load)', { what: 'lmod', module: shipped }),
    line('', '  … module unload of mpi4py', { what: 'unload', module: shipped }),
  ];
}

function writeFullEasyconfig() {
  const directories = Array.from({ length: 20 }, (_, index) => `${work}/bound/${index}`);
  for (const directory of directories) mkdirSync(directory, { recursive: true });
  return writeEasyconfig('full', {
    whatis: ['Keywords: everything'],
    homepage: 'https://example.org',
    description: 'Has all that a module can have.',
    extensions: Array.from({ length: 50 }, (_, index) => `package${index}/1.${index}`),
    image: { file: 'tiny.sif' },
    binds: directories.map((host, index) => ({ host, container: `/bound/${index}`, access: index % 2 ? 'ro' : 'rw' })),
    runscripts: ['conda-python-simple'],
    wrappers: ['start-shell'],
    env: {
      module: Object.fromEntries(Array.from({ length: 10 }, (_, index) => [`OUTSIDE_${index}`, `value ${index}`])),
      container: Object.fromEntries(Array.from({ length: 10 }, (_, index) => [`INSIDE_${index}`, `value ${index}`])),
    },
  });
}
