import { formatQuickest, interleave, perRound, roundsOf, run } from '../measure.js';
import { ctinstallProgram, installTiny, prefix } from '../work.js';

/** Writing a job script, against the least that ctinstall can be asked for. */
export function measureJobScript() {
  installTiny();
  const job = [ctinstallProgram, '--prefix', prefix, 'job', 'tiny', '--nodes', '2', '--', 'true'];
  const times = interleave(
    { version: () => run([ctinstallProgram, '--version']), job: () => run(job) },
    { rounds: roundsOf(40) },
  );
  return [
    {
      row: 'job-script',
      what: 'ctinstall job / ctinstall --version',
      unit: ' ×',
      values: perRound(times, (ms) => ms.job / ms.version),
      aim: { most: 1.5 },
      notes: [formatQuickest(times)],
    },
  ];
}
