import { rmSync } from 'node:fs';
import { formatTimes, interleave, perRound, roundsOf, run } from '../measure.js';
import { installCommand, prefix, work, writeEasyconfig } from '../work.js';
import { slowerOf, slowerOnAll } from './against-tools.js';
import { bigImage } from './big-image.js';

/** Installs of a large image against the tools that do a part of it each. */
export function measureInstalls(wanted) {
  const { path, file, size, sha256 } = bigImage();
  const copy = `${work}/copy`;
  const small = writeEasyconfig('small', { image: { file: 'tiny.sif' } });
  const cp = () => run(['cp', path, copy]);
  const openssl = () => run(['openssl', 'dgst', '-sha256', path]);
  const sides = {
    cp,
    cpAndSync: () => {
      cp();
      run(['sync', copy]);
    },
    openssl,
    // What an install costs whatever its image is: Node.js, settings, scripts, records, each file synced.
    small: () => run(installCommand(small)),
  };
  const install = (easyconfig) => () => run(installCommand(easyconfig));
  if (wanted.includes('install')) sides.plain = install(writeEasyconfig('plain', { image: { file } }));
  if (wanted.includes('install-checksum'))
    sides.checked = install(writeEasyconfig('checked', { image: { file, sha256 } }));

  const times = interleave(sides, {
    rounds: roundsOf(5),
    prepare: (name) => {
      // What the run before left to be written must not slow down this one. Its copy goes at the last moment: the memory of
      // a file removed just now is at hand, other memory a virtual machine may first have to get from its host.
      run(['sync', '--file-system', '.']);
      if (name === 'openssl') return;
      rmSync(copy, { force: true });
      rmSync(prefix, { recursive: true, force: true });
    },
  });
  rmSync(copy, { force: true });
  rmSync(prefix, { recursive: true, force: true });

  const line = (row, what, ratio, aim) => ({
    row,
    what,
    unit: ' ×',
    values: perRound(times, ratio),
    aim,
  });
  const what = `install of ${Math.round(size / 2 ** 20)} MiB`;
  const lines = [];
  if (times.plain !== undefined)
    lines.push(
      line('install', `${what} / the slower of cp and openssl on all processors`, (ms) => ms.plain / slowerOnAll(ms), {
        most: 1.2,
      }),
      line('', '  … the same less an install of a small image', (ms) => (ms.plain - ms.small) / slowerOnAll(ms)),
      line('', '  … / the slower of cp and openssl', (ms) => ms.plain / slowerOf(ms)),
      line('', '  … / cp', (ms) => ms.plain / ms.cp),
      line('', '  … / cp and sync (ctinstall syncs, cp does not)', (ms) => ms.plain / ms.cpAndSync),
    );
  if (times.checked !== undefined)
    lines.push(
      line('install-checksum', `${what}, checksum / the slower of cp and openssl`, (ms) => ms.checked / slowerOf(ms), {
        most: 1.05,
      }),
      line('', '  … the same less an install of a small image', (ms) => (ms.checked - ms.small) / slowerOf(ms)),
      line('', '  … / cp, then openssl', (ms) => ms.checked / (ms.cp + ms.openssl)),
      line('', '  … / cp and sync, then openssl', (ms) => ms.checked / (ms.cpAndSync + ms.openssl)),
    );
  lines[0].notes = [`install rows: ${formatTimes(times)}`];
  return lines;
}
