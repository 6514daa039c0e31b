import { mkdirSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { formatTimes, interleave, perRound, roundsOf, run } from '../measure.js';
import { ctinstallProgram, prefix, work, writeEasyconfig } from '../work.js';
import { makeImage } from './big-image.js';

const slurmProgram = fileURLToPath(new URL('../../testbed/slurm.sh', import.meta.url));
const nodes = 2;
const perNode = 8;
/** An eighth of what the install rows take: `CT_BENCH_IMAGE=8192` is 1 GiB. */
const mebibytes = Math.min(1024, Math.ceil(Number(process.env.CT_BENCH_IMAGE ?? 2048) / 8));

/**
 * On the Slurm of the test bed, whose nodes are one machine: an image put on each node by a job's script, against
 * `srun cp`; and eight containers a node, with and without. What run.sh has started as root broadcasts with `sbcast`, and its
 * nodes have a directory each.
 */
export function measureBroadcast(rows) {
  const ofRoot = process.env.CT_BENCH_SLURM;
  const slurm = ofRoot ?? `${work}/slurm`;
  const env = { ...process.env, SLURM_CONF: `${slurm}/slurm.conf` };
  const copies = ofRoot === undefined ? `${work}/copies` : `${slurm}/local`;
  if (ofRoot === undefined) run(['bash', slurmProgram, 'start', slurm]);
  try {
    mkdirSync(copies, { recursive: true });
    return [
      ...(rows.includes('broadcast') ? measureCopies(env, copies) : []),
      ...(rows.includes('broadcast-start') ? measureStarts(env, copies) : []),
    ];
  } finally {
    if (ofRoot === undefined) run(['bash', slurmProgram, 'stop', slurm]);
  }
}

function measureCopies(env, copies) {
  const { file } = makeImage('broadcast.sif', mebibytes);
  run([
    ctinstallProgram,
    '--prefix',
    prefix,
    '--image-dir',
    `${work}/images`,
    writeEasyconfig('broadcast', { image: { file } }),
  ]);
  // In the image there is nothing to run.
  const own = writeScript('own', ['broadcast', '--nodes', `${nodes}`, '--broadcast', copies], 'srun bash -c true');
  const plain = `${work}/plain.sh`;
  const copy = `${copies}/$SLURM_JOB_ID.sif`;
  writeFileSync(
    plain,
    `srun bash -c 'cp ${prefix}/software/broadcast/1/${file} ${copy}.$SLURM_NODEID'\nsrun bash -c true\nsrun bash -c 'rm ${copy}.$SLURM_NODEID'\n`,
  );
  const inJob = (script) => () =>
    run(['salloc', '--quiet', `--nodes=${nodes}`, '--ntasks-per-node=1', 'bash', script], { env });
  const times = interleave({ own: inJob(own), plain: inJob(plain) }, { rounds: roundsOf(5) });
  return [
    {
      row: 'broadcast',
      what: `${mebibytes} MiB to ${nodes} nodes: job --broadcast / srun cp`,
      unit: ' ×',
      values: perRound(times, (ms) => ms.own / ms.plain),
      notes: [formatTimes(times)],
    },
  ];
}

function measureStarts(env, copies) {
  const easyconfig = writeEasyconfig('tiny', { image: { file: 'tiny.sif' }, wrappers: ['start-shell'] });
  run([ctinstallProgram, '--prefix', prefix, '--image-dir', process.env.CT_IMAGES, easyconfig]);
  const flags = ['tiny', '--nodes', `${nodes}`, '--ntasks-per-node', `${perNode}`];
  // The nodes have fewer cores than that.
  const step = `srun --overcommit --ntasks=${nodes * perNode} --ntasks-per-node=${perNode} singularity exec "$SIF" true`;
  const there = writeScript('there', flags, step);
  const copied = writeScript('copied', [...flags, '--broadcast', copies], step);
  const size = [`--nodes=${nodes}`, '--ntasks-per-node=1'];
  const inJob = (script) => () => run(['salloc', '--quiet', ...size, 'bash', script], { env });
  const times = interleave({ there: inJob(there), copied: inJob(copied) }, { rounds: roundsOf(5) });
  return [
    {
      row: 'broadcast-start',
      what: `${perNode} containers on each of ${nodes} nodes: with --broadcast / without`,
      unit: ' ×',
      values: perRound(times, (ms) => ms.copied / ms.there),
      notes: [formatTimes(times)],
    },
  ];
}

/** The script of a job, with its step or another one. */
function writeScript(name, words, step = '$&') {
  const path = `${work}/${name}.sh`;
  const script = run([ctinstallProgram, '--prefix', prefix, 'job', ...words, '--', 'true']);
  // Lmod is where the test bed has it.
  writeFileSync(path, `. ${process.env.CT_LMOD_INIT}\n${script.replace(/^srun .*$/m, step)}`);
  return path;
}
