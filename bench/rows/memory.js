import { readFileSync, rmSync } from 'node:fs';
import { roundsOf, run } from '../measure.js';
import { installCommand, prefix, work, writeEasyconfig } from '../work.js';
import { bigImage, makeImage } from './big-image.js';

const peakFile = `${work}/peak`;
const env = {
  ...process.env,
  NODE_OPTIONS: `--import=${new URL('../peak-memory.js', import.meta.url)}`,
  CT_BENCH_PEAK: peakFile,
};

/** The most that ctinstall itself has in memory in an install, with and without a checksum, which must not grow with the image. */
export function measureMemory() {
  const big = bigImage();
  const small = makeImage('small.sif', 256);
  const peaks = { small: [], big: [], unchecked: [] };
  for (let round = 0; round < roundsOf(3); round++)
    for (const [name, { file, sha256 }] of Object.entries({ small, big, unchecked: { ...big, sha256: undefined } })) {
      rmSync(prefix, { recursive: true, force: true });
      run(installCommand(writeEasyconfig(name, { image: { file, sha256 } })), { env });
      peaks[name].push(Number(readFileSync(peakFile, 'utf8')) / 1024);
    }
  for (const path of [prefix, small.path]) rmSync(path, { recursive: true });
  const line = (row, { size }, values, aim) => ({
    row,
    what: `${row === '' ? '  …' : 'peak memory of an'} install of ${Math.round(size / 2 ** 20)} MiB`,
    unit: ' MiB',
    digits: 0,
    values,
    aim,
  });
  return [
    line('memory', big, peaks.big, { most: 150 }),
    line('', small, peaks.small),
    { ...line('', big, peaks.unchecked, { most: 150 }), what: '  … without a checksum, on all processors' },
  ];
}
