import { interleave, perRound, roundsOf, run } from '../measure.js';
import { installTiny, prefix } from '../work.js';

/** What a wrapper adds to the runtime that it starts, with the module loaded. */
export function measureWrapper() {
  const installDir = installTiny();
  const env = environmentWith('tiny/1');
  const times = interleave(
    {
      runtime: () => run(['singularity', 'exec', env.SIF, 'bash', '-c', 'true'], { env }),
      wrapper: () => run([`${installDir}/bin/start-shell`, '-c', 'true'], { env }),
    },
    { rounds: roundsOf(40) },
  );
  const values = perRound(times, ({ runtime, wrapper }) => wrapper - runtime);
  return [
    {
      row: 'wrapper',
      what: 'start-shell -c true − singularity exec $SIF bash -c true',
      unit: ' ms',
      digits: 1,
      values,
      aim: { most: 5 },
    },
  ];
}

/** The environment of a shell that has loaded a module. */
function environmentWith(module) {
  const script = '. "$CT_LMOD_INIT" && module use "$1" && module load "$2" && exec env -0';
  const text = run(['bash', '-c', script, 'bash', `${prefix}/modules`, module]);
  const pairs = text.split('\0').filter((pair) => pair !== '');
  return Object.fromEntries(pairs.map((pair) => [pair.slice(0, pair.indexOf('=')), pair.slice(pair.indexOf('=') + 1)]));
}
