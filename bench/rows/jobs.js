import { copyFileSync, mkdirSync, rmSync } from 'node:fs';
import { interleave, perRound, roundsOf, run } from '../measure.js';
import { ctinstallProgram, prefix, work, writeEasyconfig } from '../work.js';
import { makeImage } from './big-image.js';

const count = 8;
const atATime = 4;
const mebibytes = 128;

/** Eight images with their checksums, four at a time, against one after the other and against plain copies of four at a time. */
export function measureJobs() {
  const { path, sha256 } = makeImage('one-of-eight.sif', mebibytes);
  const images = `${work}/eight`;
  const copies = `${work}/copies`;
  mkdirSync(images, { recursive: true });
  const names = Array.from({ length: count }, (_, index) => `image${index}`);
  for (const name of names) copyFileSync(path, `${images}/${name}.sif`);
  const easyconfigs = names.map((name) => writeEasyconfig(name, { image: { file: `${name}.sif`, sha256 } }));
  const install = (jobs) => () =>
    run([ctinstallProgram, '--prefix', prefix, '--image-dir', images, '--jobs', String(jobs), ...easyconfigs]);
  const copyAll = `ls "$1" | xargs -P ${atATime} -I{} cp "$1/{}" "$2/{}" && sync -f "$2"`;
  const times = interleave(
    { one: install(1), four: install(atATime), cp: () => run(['sh', '-c', copyAll, 'sh', images, copies]) },
    {
      rounds: roundsOf(3),
      prepare: () => {
        run(['sync', '--file-system', '.']);
        for (const directory of [prefix, copies]) rmSync(directory, { recursive: true, force: true });
        mkdirSync(copies);
      },
    },
  );
  for (const made of [prefix, copies, images, path]) rmSync(made, { recursive: true, force: true });
  const what = `${count} images of ${mebibytes} MiB, checksums, --jobs ${atATime}`;
  return [
    { row: 'jobs', what: `${what} / --jobs 1`, unit: ' ×', values: perRound(times, (ms) => ms.four / ms.one) },
    {
      row: '',
      what: `  … / cp of ${atATime} at a time, and sync`,
      unit: ' ×',
      values: perRound(times, (ms) => ms.four / ms.cp),
    },
  ];
}
