import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { interleave, roundsOf, run } from '../measure.js';
import { ctinstallProgram, work } from '../work.js';
import { againstNode } from './against-node.js';
import { makeRegistry } from './recipes.js';

const collection = fileURLToPath(new URL('../../easyconfigs', import.meta.url));
const shipped = `${collection}/m/mpi4py/mpi4py-3.1.6-rocm-6.2.0.yaml`;
const shippedCount = readdirSync(collection, { recursive: true }).filter((name) => name.endsWith('.yaml')).length;
const versions = 8;
/** What one of them has in its description. */
const word = 'software number 77,';

/** A search in 8,000 easyconfigs, and in 24,000: where there is no index yet, and with it. */
export function measureSearch(wanted) {
  const few = timeSearches(makeEasyconfigs(8000), { count: 8000, wanted, rounds: roundsOf(5) });
  const many = timeSearches(makeEasyconfigs(24_000), { count: 24_000, wanted, rounds: 3 });
  const registry = timeSearches(makeRegistry(8000, word), { count: 8000, wanted, rounds: roundsOf(5) });
  const line = (row, what, values, aim) => ({ row, what, unit: ' ms', digits: 0, values, aim });
  const lines = [];
  if (wanted.includes('search-cold'))
    lines.push(
      line('search-cold', 'ctinstall search in 8,000 easyconfigs, no index', few.cold, { most: 1000 }),
      againstNode(few, 'cold'),
      line('', '  … 24,000 easyconfigs', many.cold),
      line('', '  … 8,000 recipes of singularity-hpc', registry.cold),
    );
  if (wanted.includes('search'))
    lines.push(
      line('search', 'ctinstall search in 8,000 easyconfigs, with its index', few.indexed, { most: 200 }),
      againstNode(few, 'indexed'),
      line('', '  … all of them printed', few.all),
      line('', '  … 24,000 easyconfigs', many.indexed),
      line('', '  … 8,000 recipes of singularity-hpc', registry.indexed, { most: 200 }),
    );
  lines[0].notes = ['search rows: the easyconfigs are in the page cache'];
  return lines;
}

function timeSearches(directory, { count, wanted, rounds }) {
  const [cache, cwd] = [`${work}/search-cache`, `${work}/nothing`];
  mkdirSync(cwd, { recursive: true });
  const search = (found, ...words) => {
    const command = [ctinstallProgram, '--easyconfigs', directory, 'search', ...words];
    const text = run(command, { cwd, env: { ...process.env, XDG_CACHE_HOME: cache } });
    const lines = text.split('\n').length - 1;
    if (lines !== 2 * found) throw new Error(`search prints ${lines} lines for ${found} easyconfigs`);
  };
  const sides = { node: () => run(['node', '-e', '0']) };
  if (wanted.includes('search-cold')) sides.cold = () => search(1, word);
  if (wanted.includes('search')) {
    sides.indexed = () => search(1, word);
    // and those that ship with ctinstall
    sides.all = () => search(count + shippedCount);
  }
  const times = interleave(sides, {
    rounds,
    prepare: (name) => {
      if (name === 'cold') rmSync(cache, { recursive: true, force: true });
      else if (name !== 'node') search(1, word);
    },
  });
  for (const path of [directory, cache]) rmSync(path, { recursive: true, force: true });
  return times;
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
