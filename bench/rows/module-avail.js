import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { interleave, perRound, roundsOf, run } from '../measure.js';
import { work } from '../work.js';
import { makeInstalls } from './many-installs.js';

const count = 1000;
const avail = '. "$CT_LMOD_INIT"; module use "$1"; export LMOD_IGNORE_CACHE=1; module -t avail >/dev/null 2>&1';

/** What listing a prefix with 1,000 installs takes, against 1,000 plain modulefiles of the same names. */
export function measureModuleAvail() {
  const installs = makeInstalls(count);
  const plain = `${work}/plain-modules`;
  for (let made = 0; made < count; made++) {
    mkdirSync(`${plain}/tiny${made}`, { recursive: true });
    writeFileSync(`${plain}/tiny${made}/1.lua`, 'setenv("PLAIN", "1")\n');
  }
  const list = (modulePath) => () => run(['bash', '-c', avail, 'bash', modulePath]);
  const times = interleave({ plain: list(plain), ours: list(`${installs}/modules`) }, { rounds: roundsOf(15) });
  for (const directory of [installs, plain]) rmSync(directory, { recursive: true });
  return [
    {
      row: 'module-avail',
      what: `module avail, ${count} installs / ${count} plain modulefiles`,
      unit: ' ×',
      values: perRound(times, (ms) => ms.ours / ms.plain),
      aim: { most: 1.05 },
    },
  ];
}
