import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { interleave, roundsOf, run } from '../measure.js';
import { ctinstallProgram, work } from '../work.js';
import { againstNode } from './against-node.js';

const shipped = fileURLToPath(new URL('../../easyconfigs/m/mpi4py/mpi4py-3.1.6-rocm-6.2.0.yaml', import.meta.url));
const versions = 8;
const counts = [8000, 80_000];

/** A search for what one easyconfig of 8,000 has in its description, and of 80,000: with no index yet, and with it. */
export function measureSearch(wanted) {
  const directories = counts.map(makeEasyconfigs);
  const cacheOf = (at) => `${work}/search-cache-${at}`;
  const search = (at, word, found) => () => {
    const env = { ...process.env, XDG_CACHE_HOME: cacheOf(at) };
    const lines = run([ctinstallProgram, '--easyconfigs', directories[at], 'search', ...word], { env }).split('\n');
    // Each is two lines; the one that is shipped is there too.
    if (lines.length - 1 !== 2 * found) throw new Error(`search: ${lines.length} lines for ${found} easyconfigs`);
  };
  const one = ['software number 77,'];
  const sides = { node: () => run(['node', '-e', '0']) };
  if (wanted.includes('search-cold')) sides.cold = search(0, one, 1);
  if (wanted.includes('search'))
    Object.assign(sides, { indexed: search(0, one, 1), all: search(0, [], counts[0] + 1) });
  const times = interleave(sides, {
    rounds: roundsOf(10),
    prepare: (name) => {
      if (name === 'cold') rmSync(cacheOf(0), { recursive: true, force: true });
      else if (name !== 'node') sides[name]();
    },
  });
  const large = {};
  if (wanted.includes('search-cold')) large.cold = search(1, one, 1);
  if (wanted.includes('search')) large.indexed = search(1, one, 1);
  const largeTimes = interleave(large, {
    rounds: roundsOf(3),
    warmsUp: false,
    prepare: (name) => {
      if (name === 'cold') rmSync(cacheOf(1), { recursive: true, force: true });
      else large[name]();
    },
  });
  for (const at of counts.keys())
    for (const path of [directories[at], cacheOf(at)]) rmSync(path, { recursive: true, force: true });

  const line = (row, what, values, aim) => ({ row, what, unit: ' ms', digits: 0, values, aim });
  const lines = [];
  if (wanted.includes('search-cold'))
    lines.push(
      line('search-cold', 'ctinstall search in 8,000 easyconfigs, no index', times.cold, { most: 1000 }),
      againstNode(times, 'cold'),
      line('', '  … 80,000 easyconfigs', largeTimes.cold),
    );
  if (wanted.includes('search'))
    lines.push(
      line('search', 'ctinstall search in 8,000 easyconfigs, with its index', times.indexed, { most: 200 }),
      againstNode(times, 'indexed'),
      line('', '  … all of them printed', times.all),
      line('', '  … 80,000 easyconfigs', largeTimes.indexed),
    );
  lines[0].notes = ['search rows: the easyconfigs themselves are in the page cache'];
  return lines;
}

/** A directory of so many easyconfigs, as EasyBuild lays them out: each the one that is shipped, under another name. */
function makeEasyconfigs(count) {
  const text = readFileSync(shipped, 'utf8');
  const root = `${work}/easyconfigs-${count}`;
  for (let made = 0; made < count; made++) {
    const letter = String.fromCharCode(97 + (Math.floor(made / versions) % 26));
    const name = `${letter}soft${Math.floor(made / versions)}`;
    const version = `1.${made % versions}`;
    if (made % versions === 0) mkdirSync(`${root}/${letter}/${name}`, { recursive: true });
    writeFileSync(
      `${root}/${letter}/${name}/${name}-${version}-rocm-6.2.0.yaml`,
      text
        .replace(/^name: .*/m, `name: ${name}`)
        .replace(/^version: .*/m, `version: "${version}"`)
        .replace('MPI for Python', `Software number ${made},`),
    );
  }
  return root;
}
