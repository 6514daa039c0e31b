import { rmSync, statSync } from 'node:fs';
import { fillLikeVenv } from '../fill.js';
import { formatTimes, interleave, perRound, roundsOf, run } from '../measure.js';
import { installTiny, work } from '../work.js';

const fileCount = 20_000;

/** Packing of a venv's many small files against mksquashfs as it comes, on one processor as LUMI's login nodes have it. */
export function measurePacking() {
  const installDir = installTiny();
  const directory = `${installDir}/user-software`;
  const packed = `${directory}.squashfs`;
  const plain = `${work}/plain.squashfs`;
  rmSync(directory, { recursive: true, force: true });
  fillLikeVenv(`${directory}/venv/lib`, fileCount);
  const sizes = {};
  const times = interleave(
    {
      mksquashfs: () => {
        run(['mksquashfs', directory, plain, '-processors', '1', '-no-progress']);
        sizes.mksquashfs = statSync(plain).size;
      },
      ours: () => {
        run([`${installDir}/bin/make-squashfs`]);
        sizes.ours = statSync(packed).size;
      },
    },
    {
      rounds: roundsOf(3),
      // the files were written just now: they are at hand for the first round as well
      warmsUp: false,
      prepare: () => {
        for (const path of [plain, packed]) rmSync(path, { force: true });
        run(['sync', '--file-system', '.']);
      },
    },
  );
  const speeds = perRound(times, ({ ours, mksquashfs }) => mksquashfs / ours);
  const notes = [`packing of ${fileCount} files: ${formatTimes(times)}`];
  const what = `mksquashfs -processors 1 / make-squashfs, ${fileCount} files`;
  const size = [sizes.ours / sizes.mksquashfs];
  return [
    { row: 'packing', what, unit: ' ×', digits: 1, values: speeds, aim: { least: 3 }, notes },
    { row: '', what: '  … size of the result', unit: ' ×', values: size, aim: { most: 1.05 } },
  ];
}
