import { rmSync } from 'node:fs';
import { interleave, roundsOf, run } from '../measure.js';
import { ctinstallProgram, work } from '../work.js';
import { makeEasyBuildRecipes, makeRegistry } from './recipes.js';

/** Import of 70 recipes of EasyBuild, and of 1,000 of singularity-hpc. */
export function measureImport() {
  const [eb, shpc, out] = [makeEasyBuildRecipes(70), makeRegistry(1000), `${work}/imported`];
  const importAll = (format, from) => {
    const text = run([ctinstallProgram, 'import', format, '--output', out, from]);
    if (text.split('\n').length < 70) throw new Error(`not all are imported:\n${text}`);
  };
  const times = interleave(
    { eb: () => importAll('eb', eb), shpc: () => importAll('shpc', shpc) },
    { rounds: roundsOf(3), prepare: () => rmSync(out, { recursive: true, force: true }) },
  );
  for (const path of [eb, shpc, out]) rmSync(path, { recursive: true, force: true });
  const line = (row, what, values, most) => ({ row, what, unit: ' ms', digits: 0, values, aim: { most } });
  return [
    line('import', 'ctinstall import eb of 70 recipes, 500 lines each', times.eb, 10_000),
    line('', 'ctinstall import shpc of 1,000 recipes', times.shpc, 20_000),
  ];
}
