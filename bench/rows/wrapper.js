import { interleave, perRound, roundsOf, run } from '../measure.js';
import { installCommand, prefix, writeEasyconfig } from '../work.js';

/** What a wrapper adds to the runtime that it starts: with the module loaded, and without it. */
export function measureWrapper() {
  const installDir = installWrapped();
  const env = environmentWith('wrapper/1');
  const { SINGULARITY_BIND: _, APPTAINER_BIND: __, CONTAINERROOT: ___, ...bare } = env;
  const times = interleave(
    {
      runtime: () => run(['singularity', 'exec', env.SIF, 'true'], { env }),
      wrapper: () => run([`${installDir}/bin/true`], { env }),
      alone: () => run([`${installDir}/bin/true`], { env: bare }),
      shell: () => run([`${installDir}/bin/start-shell`, '-c', 'true'], { env }),
      bash: () => run(['singularity', 'exec', env.SIF, 'bash', '-c', 'true'], { env }),
    },
    { rounds: roundsOf(40) },
  );
  const line = (row, what, [over, under]) => ({
    row,
    what,
    unit: ' ms',
    digits: 1,
    values: perRound(times, (ms) => ms[over] - ms[under]),
    aim: { most: 5 },
  });
  return [
    line('wrapper', 'a wrapper − singularity exec $SIF', ['wrapper', 'runtime']),
    line('', '  … with no module loaded', ['alone', 'runtime']),
    line('', '  … start-shell -c true − singularity exec $SIF bash -c true', ['shell', 'bash']),
  ];
}

function installWrapped() {
  const rest = { image: { file: 'tiny.sif' }, wrappers: ['start-shell', 'true'] };
  run(installCommand(writeEasyconfig('wrapper', rest)));
  return `${prefix}/software/wrapper/1`;
}

/** The environment of a shell that has loaded a module. */
function environmentWith(module) {
  const script = '. "$CT_LMOD_INIT" && module use "$1" && module load "$2" && exec env -0';
  const text = run(['bash', '-c', script, 'bash', `${prefix}/modules`, module]);
  const pairs = text.split('\0').filter((pair) => pair !== '');
  return Object.fromEntries(pairs.map((pair) => [pair.slice(0, pair.indexOf('=')), pair.slice(pair.indexOf('=') + 1)]));
}
