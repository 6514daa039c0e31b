import { mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { formatTimes, interleave, perRound, roundsOf, run } from '../measure.js';
import { installTiny, work } from '../work.js';

const fileCount = 20_000;
const mpi4pyImage = 'lumi-mpi4py-rocm-6.2.0-python-3.12-mpi4py-3.1.6-dockerhash-f049c8bd4669.sif';

/** Packing of a venv's many small files against mksquashfs as it comes, on one processor as LUMI's login nodes have it. */
export function measurePacking() {
  const installDir = installTiny();
  const directory = `${installDir}/user-software`;
  const packed = `${directory}.squashfs`;
  const plain = `${work}/plain.squashfs`;
  fillLikeVenv(directory);
  const sizes = {};
  const times = interleave(
    {
      mksquashfs: () => run(['mksquashfs', directory, plain, '-processors', '1', '-no-progress']),
      ours: () => run([`${installDir}/bin/make-squashfs`]),
    },
    {
      rounds: roundsOf(3),
      prepare: () => {
        for (const path of [plain, packed]) {
          sizes[path] = statSync(path, { throwIfNoEntry: false })?.size ?? sizes[path];
          rmSync(path, { force: true });
        }
        run(['sync', '--file-system', '.']);
      },
    },
  );
  const bytes = (path) => statSync(path, { throwIfNoEntry: false })?.size ?? sizes[path];
  const values = perRound(times, ({ ours, mksquashfs }) => mksquashfs / ours);
  const ratio = bytes(packed) / bytes(plain);
  return [
    {
      row: 'packing',
      what: `mksquashfs -processors 1 / make-squashfs, ${fileCount} files`,
      unit: ' ×',
      digits: 1,
      values,
      aim: { least: 3 },
      notes: [`packing: ${formatTimes(times)}`],
    },
    {
      row: '',
      what: '  … size of what it makes',
      unit: ' ×',
      values: [ratio],
      aim: { most: 1.05 },
    },
  ];
}

/** Copies of the Python sources in the stand-in for LUMI's image, each with a line of its own: no two are the same file. */
function fillLikeVenv(directory) {
  const sources = `${work}/sources`;
  mkdirSync(sources);
  const image = `${process.env.CT_IMAGES}/${mpi4pyImage}`;
  run([
    'singularity',
    'exec',
    '--bind',
    `${sources}:/mnt`,
    image,
    'cp',
    '-R',
    '/usr/lib/python3',
    '/usr/lib/python3.11',
    '/mnt',
  ]);
  const names = readdirSync(sources, { recursive: true })
    .filter((name) => name.endsWith('.py'))
    .sort();
  const texts = names.map((name) => readFileSync(`${sources}/${name}`));
  for (let made = 0; made < fileCount; made++) {
    const copy = Math.floor(made / names.length);
    const path = `${directory}/venv/lib/copy-${copy}/${names[made % names.length]}`;
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(
      path,
      [`# copy ${copy} of ${names[made % names.length]}\n`, texts[made % names.length]].join(''),
    );
  }
  rmSync(sources, { recursive: true });
}
