import { readFileSync, rmSync } from 'node:fs';
import { interleave, perRound, roundsOf, run } from '../measure.js';
import { ctinstallProgram, writeEasyconfig } from '../work.js';
import { makeImage } from './big-image.js';

/** Installs where the image can be cloned, of a small one and a large one: no byte is copied, so both take as long. */
export function measureReflink() {
  const btrfs = process.env.CT_BENCH_BTRFS;
  const what = 'install of 1,024 MiB / of 64 MiB, cloned on btrfs';
  const aim = { most: 1.2 };
  if (btrfs === undefined)
    return [{ row: 'reflink', what, values: [], aim, notes: ['reflink: not measured: needs root, to mount a btrfs'] }];

  const prefix = `${btrfs}/prefix`;
  const sides = {};
  for (const mebibytes of [64, 1024]) {
    const name = `cloned-${mebibytes}`;
    const { file } = makeImage(`${name}.sif`, mebibytes, btrfs);
    const easyconfig = writeEasyconfig(name, { image: { file } });
    sides[mebibytes] = () => {
      run([ctinstallProgram, '--prefix', prefix, '--image-dir', btrfs, easyconfig]);
      const { image } = JSON.parse(readFileSync(`${prefix}/software/${name}/1/.ctinstall/record.json`, 'utf8'));
      if (image.how !== 'cloned') throw new Error(`the image was ${image.how}, not cloned`);
    };
  }
  const times = interleave(sides, {
    rounds: roundsOf(5),
    prepare: () => {
      rmSync(prefix, { recursive: true, force: true });
      run(['sync', '--file-system', btrfs]);
    },
  });
  const line = (mebibytes) => ({
    row: '',
    what: `  … of ${mebibytes} MiB`,
    unit: ' ms',
    digits: 0,
    values: times[mebibytes],
  });
  return [
    { row: 'reflink', what, unit: ' ×', values: perRound(times, (ms) => ms[1024] / ms[64]), aim },
    line(64),
    line(1024),
  ];
}
