import { afterAll, beforeAll, expect, test } from 'vitest';
import { makeSandbox, type Sandbox, standInImage } from '../harness/sandbox.ts';
import { useSlurm } from '../harness/slurm.ts';

const slurm = useSlurm({ slurmd: 'root' });

let sandbox: Sandbox;
let remove: () => void;
beforeAll(async () => {
  sandbox = makeSandbox((itself) => {
    remove = itself;
  });
  sandbox.write('py-1.yaml', `name: py\nversion: "1"\nimage: { file: ${standInImage} }\nwrappers: [start-shell]\n`);
  await sandbox.succeed('ctinstall --image-dir "$CT_IMAGES" py-1.yaml');
});
afterAll(() => remove());

test('a script for whole nodes of LUMI-G is one that a person would write', async () => {
  const script = await sandbox.succeed(
    `ctinstall job py --nodes 2 --gpus-per-node 2 --partition standard-g --account project_1 --time 1:00:00 \\
       --array 0-3 --after 17 --slurm-option qos=debug --slurm-option 'comment=in "two" words' -- python3 "my file.py"`,
    { CTINSTALL_SITE: 'lumi', CTINSTALL_RUNTIME: '' },
  );
  expect(script).toBe(`#!/bin/bash
#SBATCH --job-name=py-1
#SBATCH --partition=standard-g
#SBATCH --account=project_1
#SBATCH --time=1:00:00
#SBATCH --nodes=2
#SBATCH --ntasks-per-node=2
#SBATCH --gpus-per-node=2
#SBATCH --exclusive                  # the mask below is for whole nodes
#SBATCH --array=0-3
#SBATCH --dependency=afterok:17
#SBATCH --qos=debug
#SBATCH --comment="in \\"two\\" words"

# The same modules, whatever was loaded where the job was sent from.
type module >/dev/null 2>&1 || . "\${MODULESHOME:?is not set, and this job has no command module}/init/bash"
module purge
module use ${sandbox.prefix}/modules
module load py/1 || exit 1

# lumi-g: the cores of each task of a node are those nearest to its GPU.
cpu_bind=mask_cpu:0xfe000000000000,0xfe00000000000000
srun --kill-on-bad-exit=1 --cpu-bind="$cpu_bind" bash -c 'export ROCR_VISIBLE_DEVICES=$SLURM_LOCALID; exec "$@"' one-gpu singularity exec "$SIF" python3 'my file.py'
`);
  expect(
    await sandbox.succeed('ctinstall job py --node-type lumi-g --gpus-per-node 2 --show-binding', {
      CTINSTALL_SITE: 'lumi',
    }),
  ).toBe('lumi-g: tasks of each node\n  task 0: cores 49-55, GPU 0\n  task 1: cores 57-63, GPU 1\n');
  const several = await sandbox.succeed(
    `ctinstall job py --node-type lumi-g --gpus-per-node 4 --ntasks-per-node 2 -- true | grep ^srun
     ctinstall job py --node-type lumi-g --gpus-per-node 4 --ntasks-per-node 1 -- true | grep ^srun
     ctinstall job py --node-type lumi-g --gpus-per-node 4 --ntasks-per-node 1 --show-binding`,
    { CTINSTALL_SITE: 'lumi', CTINSTALL_RUNTIME: '' },
  );
  expect(
    several,
  ).toBe(`srun --kill-on-bad-exit=1 --cpu-bind="$cpu_bind" bash -c 'export ROCR_VISIBLE_DEVICES=$((SLURM_LOCALID * 2)),$((SLURM_LOCALID * 2 + 1)); exec "$@"' own-gpus singularity exec "$SIF" true
srun --cpu-bind="$cpu_bind" singularity exec "$SIF" true
lumi-g: tasks of each node
  task 0: cores 17-23,25-31,49-55,57-63, GPUs 0-3
`);
});

test('the job is tried, sent and run; what Slurm refuses is explained', async () => {
  sandbox.write('task.py', 'import os\nprint(os.environ["SLURMD_NODENAME"], os.environ["SLURM_PROCID"], flush=True)\n');
  const sent = await sandbox.succeed(
    `ctinstall job py --nodes 2 --ntasks-per-node 2 --slurm-option output=out -o job.sh --check --submit -- python3 task.py
     for ((n = 0; n < 150; n++)); do [ "$(grep -c "^n[12] " out 2>/dev/null)" != 4 ] || break; sleep 0.2; done; sort out`,
    slurm,
  );
  expect(sent).toMatch(/^wrote .*\/job\.sh\nJob \d+ to start at .*\njob \d+\nn1 0\nn1 1\nn2 2\nn2 3\n$/);
  const waited = await sandbox.run(
    `ctinstall job py -o wait.sh --wait -- python3 -c 'import sys; print("in the job"); sys.exit(7)'`,
    slurm,
  );
  expect(waited.status).toBe(7);
  expect(waited.stdout).toMatch(/^wrote .*\njob \d+\nin the job\n/);
  expect(waited.stderr).toMatch(/job \d+ ended with exit status 7, Slurm: FAILED/);
  // The job says that it runs, then Ctrl-C comes.
  const stopped = await sandbox.run(
    `ctinstall job py -o long.sh --wait -- python3 -c 'import time; print("runs", flush=True); time.sleep(600)' >said &
     pid=$!; for ((n = 0; n < 150; n++)); do ! grep -q ^runs said || break; sleep 0.2; done; kill -INT $pid; wait $pid; echo $?
     id=$(sed -n 's/^job //p' said); for ((n = 0; n < 150; n++)); do state=$(squeue -h -j "$id" --states=all -o %T)
       [ "$state" = COMPLETING ] && sleep 0.2 || break; done; echo "$state"`,
    slurm,
  );
  expect(stopped.stdout).toBe('130\nCANCELLED\n');
  // A script, and then none at all: neither is sent, and the second is not written.
  const checked = await sandbox.run(
    `ctinstall job py --partition none -o other.sh --check -- python3 task.py >&2; echo "status $?" >&2
     ctinstall job check wait.sh; ctinstall job --nodes 2 check py --partition debug -- python3 task.py; squeue -h; ls *.sh`,
    slurm,
  );
  expect(checked.stderr).toMatch(
    /Slurm does not take this job\n.*[Ii]nvalid partition(.|\n)*hint: there is no such partition(.|\n)*\nstatus 1\n/,
  );
  expect(checked.stdout.replaceAll(/\d+ to start at \S+ using \d+/g, 'N to start')).toBe(
    `Job N to start processors on nodes n1 in partition debug
Slurm would take it; nothing was sent
Job N to start processors on nodes n[1-2] in partition debug
Slurm would take it; nothing was sent
job.sh\nlong.sh\nother.sh\nwait.sh\n`,
  );
  const refusals: readonly [string, number, RegExp][] = [
    ['py --slurm-option nodelist=n9 -- true', 1, /invalid node name(.|\n)*hint: there is no such node/i],
    ['py --slurm-option mem=900G -- true', 1, /hint: no node of the partition has that much: .* less memory/],
    ['py --slurm-option no-such-thing -- true', 1, /hint: this Slurm has no such option/],
    ['task.py', 1, /hint: a job script begins with `#!\/bin\/bash`/],
    ['py', 2, /error: the job has no command/],
    ['none.sh', 1, /error: there is no job script `.*\/none.sh`/],
    ['--broadcast py -- true', 2, /`--broadcast` takes the path of a directory(.|\n)*hint: .*`py` is none/],
    ['py --array 3-1 -- true', 1, /hint: `--array` takes numbers/],
  ];
  const { stderr } = await sandbox.run(
    refusals.map(([words]) => `ctinstall job check ${words}; echo "status $?" >&2`).join('\n'),
    slurm,
  );
  const parts = stderr.split(/(?<=^status \d\n)/m);
  for (const [index, [words, status, said]] of refusals.entries())
    expect([words, parts[index]]).toEqual([
      words,
      expect.stringMatching(new RegExp(`${said.source}(.|\n)*\nstatus ${status}\n$`, said.flags)),
    ]);
  expect(
    await sandbox.succeed(
      'ctinstall job py --node-type generic --ntasks-per-node 2 --show-binding; ctinstall job py --node-type generic --ntasks-per-node 2 -o generic.sh --wait -- python3 task.py',
      slurm,
    ),
  ).toMatch(
    /^generic: tasks of each node\n {2}task 0: cores 0-1\n {2}task 1: cores 2-3\nwrote .*\njob \d+\n(srun: cluster .* lacks support for cpu binding\n)?(n1 [01]\n){2}$/,
  );
  const stale = await sandbox.run(
    `sed -i 's/^module load py/module load gone/; /^#SBATCH --output/s/=out/=stale-out/' job.sh; sbatch --wait job.sh; status=$?; cat stale-out; exit $status`,
    slurm,
  );
  expect(stale).toMatchObject({ status: 1, stdout: expect.not.stringContaining('FATAL') });
  const there = await sandbox.run('ctinstall job py -o job.sh -- true');
  expect(there).toMatchObject({ status: 2, stderr: expect.stringContaining('is there already') });
  // Given again, the command finds what it wrote.
  expect(await sandbox.succeed('for each in 1 2; do ctinstall job py -o same.sh -- true; done')).toMatch(
    /^(wrote .*\n){2}$/,
  );
});

/** What srun says where a node is still at the end of an earlier step, before it goes on. */
const waitsForNodes = /^srun: (Job \d+ step creation temporarily disabled|Step created for)/;

test('an image that is broadcast is what tasks use, and is gone after the job, however it ends', async () => {
  const ofSlurm = slurm.SLURM_CONF?.replace(/\/slurm\.conf$/, '') ?? '';
  // What each node has of its own.
  const copies = `${ofSlurm}/local`;
  sandbox.write(
    'copied.py',
    'import os\nprint(os.environ["APPTAINER_CONTAINER"], os.listdir(os.environ["COPIES"]), flush=True)\n',
  );
  const flags = `--nodes 2 --broadcast ${copies} --wait`;
  const ran = await sandbox.run(
    `export COPIES=${copies}
     ctinstall job py ${flags} -o copied.sh -- python3 copied.py; echo "status $?"; ls ${ofSlurm}/tmp/*`,
    slurm,
  );
  const [n1, n2] = [`${ofSlurm}/tmp/n1`, `${ofSlurm}/tmp/n2`];
  expect(ran.stderr).toBe('');
  // Slurm's own words would be there, had it not broadcast by itself.
  const lines = ran.stdout.split('\n').filter((line) => !waitsForNodes.test(line));
  expect(lines.slice(2), ran.stdout).toEqual([
    ...Array(2).fill(expect.stringMatching(/\/local\/ctinstall-\d+\/image\.sif \['ctinstall-\d+'\]$/)),
    ...['status 0', `${n1}:`, '', `${n2}:`, ''],
  ]);
  const cancelled = await sandbox.run(
    `ctinstall job py ${flags} -o stopped.sh -- python3 -c 'import time; print("runs", flush=True); time.sleep(600)' >said &
     pid=$!; for ((n = 0; n < 150; n++)); do ! grep -q ^runs said || break; sleep 0.2; done; ls ${n1}/* ${n2}/* | sed 's/-[0-9]*:/-N:/'; kill -INT $pid; wait $pid
     for ((n = 0; n < 150; n++)); do [ -n "$(ls ${n1} ${n2} | grep ctinstall)" ] || break; sleep 0.2; done; ls ${n1} ${n2}`,
    slurm,
  );
  expect(cancelled.stdout).toBe(`${n1}/ctinstall-N:\nimage.sif\n\n${n2}/ctinstall-N:\nimage.sif\n${n1}:\n\n${n2}:\n`);
  const noRoom = await sandbox.run('ctinstall job py --broadcast /not/there --wait -o none.sh -- true', slurm);
  expect(noRoom.status).toBe(1);
  // In any order: the node's word comes through srun, ours from the job script.
  expect(noRoom.stdout).toContain('No such file or directory');
  expect(noRoom.stdout).toMatch(/^error: \/not\/there\/ctinstall-\d+ cannot be made on each node$/m);
});
