import { lstatSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { formatTimes, interleave, perRound, roundsOf, run } from '../measure.js';
import { installTiny, mpi4pyImage, work } from '../work.js';

/** Packing of 20,000 files and of 50,000. */
export function measurePacking() {
  return [...measurePackingOf('packing', 20_000), ...measurePackingOf('', 50_000)];
}

/** Packing of a venv's many small files against mksquashfs as it comes, on one processor as LUMI's login nodes have it. */
function measurePackingOf(row, fileCount) {
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
    { row, what, unit: ' ×', digits: 1, values: speeds, aim: { least: 3 }, notes },
    { row: '', what: '  … size of the result', unit: ' ×', values: size, aim: { most: 1.05 } },
  ];
}

/**
 * Fills a directory with copies of the Python packages of the stand-in for LUMI's image: sources, compiled files and a few
 * libraries, as pip leaves them. Each copy gets a line of its own, so that no two are the same file.
 */
function fillLikeVenv(directory, fileCount) {
  const packages = `${work}/packages`;
  mkdirSync(packages);
  const copyOut = ['sh', '-c', 'cp -R /usr/lib/python3* /mnt'];
  run(['singularity', 'exec', '--bind', `${packages}:/mnt`, mpi4pyImage, ...copyOut]);
  const files = readdirSync(packages, { recursive: true })
    .filter((name) => lstatSync(`${packages}/${name}`).isFile())
    .sort()
    .map((name) => ({ name, content: readFileSync(`${packages}/${name}`) }));
  for (let made = 0; made < fileCount; made++) {
    const copy = Math.floor(made / files.length);
    const { name, content } = files[made % files.length];
    const path = `${directory}/copy-${copy}/${name}`;
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, Buffer.concat([content, Buffer.from(`\n# copy ${copy} of ${name}\n`)]));
  }
  rmSync(packages, { recursive: true });
}
