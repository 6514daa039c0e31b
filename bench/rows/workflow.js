import { mkdirSync, writeFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { fileURLToPath } from 'node:url';
import { formatTimes, interleave, perRound, roundsOf, run } from '../measure.js';
import { ctinstallProgram, prefix, work } from '../work.js';

const image = `${process.env.CT_IMAGES}/tiny.sif`;
const slurmScript = fileURLToPath(new URL('../../testbed/slurm.sh', import.meta.url));
const many = 1000;
const submitted = 100;
const small = 200;

/** What workflows cost beside the work of their jobs. */
export function* measureWorkflow(wanted) {
  if (wanted.includes('workflow-graph')) yield* measureGraph();
  if (wanted.includes('workflow-describe')) yield* measureDescribe();
  if (wanted.includes('workflow-job')) yield* measureWrapper();
  if (wanted.includes('workflow-local')) yield* measureLocal();
  if (wanted.includes('workflow-submit')) yield* measureSubmission();
}

/** A Fuzzfile of layers of jobs, each of which waits for two of the layer before. */
function writeLayers(name, count, width) {
  const jobs = {};
  for (let index = 0; index < count; index++) {
    const above = Math.floor(index / width - 1) * width;
    const needs = index < width ? [] : [above + (index % width), above + ((index * 7 + 3) % width)];
    jobs[`job-${index}`] = {
      image: { uri: image },
      command: ['true'],
      requires: [...new Set(needs)].map((need) => `job-${need}`),
    };
  }
  const path = `${work}/${name}.fz`;
  writeFileSync(path, JSON.stringify({ version: 'v4', jobs }));
  return path;
}

function workflow(...words) {
  return run([ctinstallProgram, '--prefix', prefix, 'workflow', ...words]);
}

function seconds(times, side) {
  return perRound(times, (ms) => ms[side] / 1000);
}

function measureGraph() {
  const file = writeLayers('layers', many, 50);
  const times = interleave({ html: () => workflow('graph', '--html', file) }, { rounds: roundsOf(5) });
  const what = `workflow graph --html of ${many} jobs in layers`;
  return [{ row: 'workflow-graph', what, unit: ' s', values: seconds(times, 'html'), aim: { most: 2 } }];
}

/** All have ended: each has a status file that is read. */
function measureDescribe() {
  const file = writeLayers('layers', many, 50);
  workflow('start', '--engine', 'local', '--detach', file);
  workflow('stop', 'layers-1');
  const directory = `${prefix}/workflows/layers-1`;
  const status = { state: 'finished', exit: 0, why: '', try: 1, tries: 1, started: 1, changed: 2, host: 'n', pid: 1 };
  for (let index = 0; index < many; index++)
    writeFileSync(`${directory}/status/job-${index}`, `${JSON.stringify({ ...status, slurm: '' })}\n`);
  const times = interleave({ describe: () => workflow('describe', 'layers-1') }, { rounds: roundsOf(15) });
  const what = `workflow describe of ${many} jobs`;
  return [{ row: 'workflow-describe', what, unit: ' s', values: seconds(times, 'describe'), aim: { most: 0.5 } }];
}

/** The script of a job against what it runs: on a node both begin when Slurm starts them. */
function measureWrapper() {
  workflow('start', '--engine', 'local', writeLayers('one', 1, 1));
  const script = `${prefix}/workflows/one-1/jobs/job-0.sh`;
  const times = interleave(
    { job: () => run(['bash', '-p', script]), plain: () => run(['singularity', 'exec', image, 'true']) },
    { rounds: roundsOf(20) },
  );
  const what = 'the script of a job − singularity exec';
  const values = perRound(times, (ms) => (ms.job - ms.plain) / 1000);
  return [{ row: 'workflow-job', what, unit: ' s', values, aim: { most: 0.2 }, notes: [formatTimes(times)] }];
}

function measureLocal() {
  const file = writeLayers('small', small, small);
  const atOnce = availableParallelism();
  const each = `seq ${small} | xargs -P ${atOnce} -I{} singularity exec "$1" true`;
  const times = interleave(
    { local: () => workflow('start', '--engine', 'local', file), xargs: () => run(['sh', '-c', each, 'sh', image]) },
    { rounds: roundsOf(3), warmsUp: false },
  );
  const what = `a workflow of ${small} × true on this machine / xargs -P ${atOnce} singularity exec`;
  const values = perRound(times, (ms) => ms.local / ms.xargs);
  return [{ row: 'workflow-local', what, unit: ' ×', values, aim: { most: 1.3 }, notes: [formatTimes(times)] }];
}

/** Against `sbatch` in a loop, which is the least that it takes. */
function measureSubmission() {
  const directory = `${work}/slurm`;
  mkdirSync(directory);
  run(['bash', slurmScript, 'start', directory]);
  try {
    process.env.SLURM_CONF = `${directory}/slurm.conf`;
    const file = writeLayers('batch', submitted, 10);
    writeFileSync(`${work}/true.sh`, '#!/bin/sh\ntrue\n');
    const loop = `for i in $(seq ${submitted}); do sbatch --parsable --hold --output=/dev/null "$1"; done`;
    const cancel = () => run(['scancel', '--user', process.env.USER]);
    const sides = {
      start: () => workflow('start', '--engine', 'slurm', file),
      sbatch: () => run(['sh', '-c', loop, 'sh', `${work}/true.sh`]),
    };
    const times = interleave(sides, { rounds: roundsOf(3), prepare: cancel });
    cancel();
    const what = `workflow start of ${submitted} jobs with Slurm`;
    return [
      {
        ...{ row: 'workflow-submit', what, unit: ' s', values: seconds(times, 'start'), aim: { most: 6 } },
        notes: [formatTimes(times)],
      },
    ];
  } finally {
    run(['bash', slurmScript, 'stop', directory]);
    delete process.env.SLURM_CONF;
  }
}
