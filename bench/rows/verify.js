import { rmSync } from 'node:fs';
import { formatTimes, interleave, perRound, roundsOf, run } from '../measure.js';
import { ctinstallProgram, installCommand, prefix, work, writeEasyconfig } from '../work.js';
import { slowerOnAll } from './against-tools.js';
import { bigImage } from './big-image.js';

/** Comparing an install of a large image, which had no checksum, with its record. */
export function measureVerify() {
  const { path, file, size } = bigImage();
  const copy = `${work}/copy`;
  rmSync(prefix, { recursive: true, force: true });
  run(installCommand(writeEasyconfig('verified', { image: { file } })));
  const times = interleave(
    {
      cp: () => run(['cp', path, copy]),
      openssl: () => run(['openssl', 'dgst', '-sha256', path]),
      verify: () => run([ctinstallProgram, '--prefix', prefix, 'verify', 'verified']),
    },
    {
      rounds: roundsOf(5),
      prepare: () => {
        run(['sync', '--file-system', '.']);
        rmSync(copy, { force: true });
      },
    },
  );
  rmSync(copy, { force: true });
  rmSync(prefix, { recursive: true });
  return [
    {
      row: 'verify',
      what: `verify of ${Math.round(size / 2 ** 20)} MiB / the slower of cp and openssl on all processors`,
      unit: ' ×',
      values: perRound(times, (ms) => ms.verify / slowerOnAll(ms)),
      aim: { most: 1.2 },
      notes: [`verify: ${formatTimes(times)}`],
    },
  ];
}
