import { mkdirSync, rmSync } from 'node:fs';
import { fillLikeVenv } from '../fill.js';
import { formatTimes, interleave, perRound, roundsOf, run } from '../measure.js';
import { ctinstallProgram, prefix, work } from '../work.js';

const fileCount = 20_000;

/** An installation on disk made a module, against copying it first and packing the copy with mksquashfs as it comes. */
export function measureWrap() {
  const directory = `${work}/installation`;
  const copy = `${work}/copy`;
  fillLikeVenv(`${directory}/lib`, fileCount);
  mkdirSync(`${directory}/bin`);
  run(['sh', '-c', `printf '#!/bin/sh\\n' > "$1" && chmod +x "$1"`, 'write', `${directory}/bin/prog`]);
  const wrap = [ctinstallProgram, 'wrap', 'directory', directory, '--name', 'wrapped', '--prefix', prefix];
  const times = interleave(
    {
      copied: () => {
        run(['cp', '-r', directory, copy]);
        run(['mksquashfs', copy, `${copy}.squashfs`, '-no-progress']);
      },
      wrapped: () => run(wrap),
    },
    {
      rounds: roundsOf(3),
      // the files were written just now: they are at hand for the first round as well
      warmsUp: false,
      prepare: () => {
        for (const path of [copy, `${copy}.squashfs`, `${prefix}/software/wrapped`, `${prefix}/modules/wrapped`])
          rmSync(path, { recursive: true, force: true });
        run(['sync', '--file-system', '.']);
      },
    },
  );
  rmSync(directory, { recursive: true });
  const values = perRound(times, ({ copied, wrapped }) => copied / wrapped);
  const what = `cp -r, then mksquashfs / ctinstall wrap directory, ${fileCount} files`;
  return [
    { row: 'wrap', what, unit: ' ×', digits: 1, values, aim: { least: 3 }, notes: [`wrap: ${formatTimes(times)}`] },
  ];
}
