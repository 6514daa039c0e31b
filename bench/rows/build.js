import { mkdirSync, rmSync } from 'node:fs';
import { fillLikeVenv } from '../fill.js';
import { formatTimes, interleave, perRound, roundsOf, run } from '../measure.js';
import { ctinstallProgram, mpi4pyImage, work } from '../work.js';

const fileCount = 20_000;
const mebibytes = 800;
/** As the images of the test bed are compressed, and so what is added to them. */
const compression = ['-comp', 'zstd', '-Xcompression-level', '3'];

/**
 * Files added to an image of 0.9 GB: against a copy of it and mksquashfs of the files alone, below which nothing can be; and
 * against the way by a sandbox.
 */
export function measureBuild(wanted) {
  const files = `${work}/new-files`;
  const base = `${work}/base.sif`;
  const made = `${work}/made.sif`;
  const sandbox = `${work}/sandbox`;
  mkdirSync(`${work}/random`);
  run(['sh', '-c', 'exec head -c "$1" /dev/urandom >"$2"', 'sh', `${mebibytes}M`, `${work}/random/file`]);
  run([ctinstallProgram, 'build', base, '--base', mpi4pyImage, '--files', `${work}/random:/random`]);
  rmSync(`${work}/random`, { recursive: true });
  fillLikeVenv(files, fileCount);
  const sides = {
    plain: () => {
      run(['cp', base, made]);
      run(['mksquashfs', files, `${made}.squashfs`, '-no-progress', ...compression]);
    },
    built: () => run([ctinstallProgram, 'build', made, '--base', base, '--files', `${files}:/new-files`]),
    repacked: () => {
      run(['singularity', 'build', '--sandbox', sandbox, base]);
      run(['cp', '-r', files, `${sandbox}/new-files`]);
      run(['singularity', 'build', `--mksquashfs-args=${compression.join(' ')}`, made, sandbox]);
    },
  };
  const times = interleave(sides, {
    rounds: roundsOf(3),
    // the files were written just now: they are at hand for the first round as well
    warmsUp: false,
    prepare: () => {
      for (const path of [made, `${made}.squashfs`, sandbox]) rmSync(path, { recursive: true, force: true });
      run(['sync', '--file-system', '.']);
    },
  });
  const what = `${fileCount} files on a base of 0.9 GB`;
  const lines = [
    {
      row: 'build',
      what: `ctinstall build / cp and mksquashfs of the files alone, ${what}`,
      unit: ' ×',
      digits: 2,
      values: perRound(times, ({ built, plain }) => built / plain),
      aim: { most: 1.5 },
      notes: [`build: ${formatTimes(times)}`],
    },
    {
      row: 'build-repack',
      what: `sandbox and singularity build / ctinstall build, ${what}`,
      unit: ' ×',
      digits: 1,
      values: perRound(times, ({ built, repacked }) => repacked / built),
      aim: { least: 5 },
      notes: [],
    },
  ];
  return lines.filter(({ row }) => wanted.includes(row));
}
