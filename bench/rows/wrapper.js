import { mkdirSync, symlinkSync } from 'node:fs';
import { formatQuickest, interleave, perRound, roundsOf, run } from '../measure.js';
import { installCommand, prefix, work, writeEasyconfig } from '../work.js';

/** The module of a tool sets up nothing but PATH: with it a wrapper has as much to do as without one. */
const unloaded = '  … with no module loaded';

/** What a wrapper adds to the runtime that it starts: with the module loaded, and without it. */
export function* measureWrapper(wanted) {
  const installDir = installWrapped();
  const env = environmentWith('wrapper/1');
  const { SINGULARITY_BIND: _, APPTAINER_BIND: __, CONTAINERROOT: ___, ...bare } = env;
  if (wanted.includes('wrapper')) yield* measureWithRuntime(installDir, env, bare);
  if (wanted.includes('wrapper-script')) yield* measureScript(installDir, env, bare);
}

function measureWithRuntime(installDir, env, bare) {
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
  return [
    difference(times, ['wrapper', 'runtime'], 'wrapper', 'a wrapper − singularity exec $SIF'),
    difference(times, ['alone', 'runtime'], '', unloaded),
    difference(times, ['shell', 'bash'], '', '  … start-shell -c true − singularity exec $SIF bash -c true'),
  ];
}

/** The script of the wrapper alone: a program that does nothing is there in the place of the runtime. */
function measureScript(installDir, env, bare) {
  const programs = `${work}/no-op`;
  mkdirSync(programs);
  symlinkSync('/bin/true', `${programs}/singularity`);
  const PATH = `${programs}:${env.PATH}`;
  const times = interleave(
    {
      nothing: () => run([`${programs}/singularity`], { env }),
      wrapper: () => run([`${installDir}/bin/true`], { env: { ...env, PATH } }),
      alone: () => run([`${installDir}/bin/true`], { env: { ...bare, PATH } }),
    },
    { rounds: roundsOf(200) },
  );
  const what = "a wrapper's script, module loaded, a no-op as the runtime − the no-op";
  return [
    { ...difference(times, ['wrapper', 'nothing'], 'wrapper-script', what), aim: { most: 3 } },
    { ...difference(times, ['alone', 'nothing'], '', unloaded), aim: { most: 3 } },
    {
      row: '',
      what: '  … the no-op itself',
      unit: ' ms',
      digits: 1,
      values: times.nothing,
      notes: [formatQuickest(times)],
    },
  ];
}

function difference(times, [over, under], row, what) {
  const values = perRound(times, (ms) => ms[over] - ms[under]);
  return { row, what, unit: ' ms', digits: 1, values, aim: { most: 5 } };
}

function installWrapped() {
  const rest = { image: { file: 'tiny.sif' }, module_kind: 'environment', wrappers: ['start-shell', 'true'] };
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
