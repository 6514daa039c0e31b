import { mkdirSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { enoughSeconds, fewestRounds, formatQuickest, perRound, roundsOf, run } from '../measure.js';
import { installCommand, prefix, work, writeEasyconfig } from '../work.js';

const script = fileURLToPath(new URL('module-load.sh', import.meta.url));
const numbers = [1, 2, 3, 4, 5];
/** What is loaded together, by the name of the side. */
const sides = {
  mpi4py: ['mpi4py/3.1.6-rocm-6.2.0'],
  full: ['full/1'],
  mpi4pyValues: ['values/mpi4py'],
  fullValues: ['values/full'],
  empty: ['empty1/1'],
  tools: numbers.map((number) => `tool${number}/1`),
  empties: numbers.map((number) => `empty${number}/1`),
};

/**
 * Modules as ctinstall writes them against those with nothing in them: the shipped mpi4py's, one with every feature, and five
 * tools loaded together. The first two also against modules that set the same variables to the values they got, a `pushenv`
 * each: what is above 1 there is the cost of our own code, the rest that of Lmod and the shell.
 */
export function measureModuleLoad() {
  run(installCommand('mpi4py-3.1.6-rocm-6.2.0.yaml'));
  run(installCommand(writeFullEasyconfig()));
  const modulePath = `${prefix}/modules`;
  for (const number of numbers) {
    const tool = { image: { file: 'tiny.sif' }, module_kind: 'tool', wrappers: ['ls'] };
    run(installCommand(writeEasyconfig(`tool${number}`, tool)));
    mkdirSync(`${modulePath}/empty${number}`);
    writeFileSync(`${modulePath}/empty${number}/1.lua`, '');
  }
  mkdirSync(`${modulePath}/values`);
  for (const side of ['mpi4py', 'full']) {
    writeFileSync(`${modulePath}/values/${side}.lua`, renderValues(environmentWith(modulePath, sides[side])));
  }
  const together = Object.values(sides).map((modules) => modules.join(' '));
  const text = run([
    'bash',
    script,
    modulePath,
    ...[roundsOf(40), fewestRounds, enoughSeconds].map(String),
    ...together,
  ]);
  const names = Object.keys(sides);
  const times = {};
  for (const line of text.trim().split('\n')) {
    const [what, side, microseconds] = line.split(' ');
    times[what] ??= Object.fromEntries(names.map((name) => [name, []]));
    times[what][names[side]].push(Number(microseconds) / 1000);
  }
  const ratio = (row, text, [what, over, under], aim) => ({
    row,
    what: text,
    unit: ' ×',
    values: perRound(times[what], (ms) => ms[over] / ms[under]),
    aim,
  });
  const aim = { most: 1.1 };
  return [
    ratio('module-load', 'module load of mpi4py / of an empty module', ['load', 'mpi4py', 'empty'], aim),
    ratio('', '  … of one with 20 binds and every feature', ['load', 'full', 'empty'], aim),
    ratio('', '  … of mpi4py / of its variables, a pushenv each', ['load', 'mpi4py', 'mpi4pyValues']),
    ratio('', '  … of every feature / of its variables, a pushenv each', ['load', 'full', 'fullValues']),
    ratio('', '  … of five tools together / of five empty modules', ['load', 'tools', 'empties'], aim),
    ratio('', '  … of mpi4py / empty, Lmod alone ($LMOD_CMD bash load)', ['lmod', 'mpi4py', 'empty']),
    ratio('', '  … of five tools / five empty, Lmod alone', ['lmod', 'tools', 'empties']),
    {
      ...ratio('', '  … module unload of mpi4py / of an empty module', ['unload', 'mpi4py', 'empty']),
      notes: [`module load, ${formatQuickest(times.load)}`],
    },
  ];
}

/** Variables that loading modules sets or changes, without PATH and those that the shell and Lmod keep for themselves. */
function environmentWith(modulePath, modules) {
  const script = '. "$CT_LMOD_INIT"; module use "$1"; shift; env -0; printf "\\0"; module load "$@"; env -0';
  const text = run(['bash', '-c', script, 'bash', modulePath, ...modules]);
  const [before, after] = text.split('\0\0').map((part) => new Set(part.split('\0')));
  return [...after].filter((line) => !before.has(line) && !/^(PATH=|_|.*LMOD|LOADEDMODULES=|$)/.test(line));
}

function renderValues(lines) {
  return lines
    .map(
      (line) =>
        `pushenv(${line
          .split(/=(.*)/s, 2)
          .map((part) => `[==[${part}]==]`)
          .join(', ')})\n`,
    )
    .join('');
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
