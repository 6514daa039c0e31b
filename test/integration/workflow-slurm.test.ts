import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { machine, makeSandbox, type Sandbox, standInImage, tinyImage } from '../harness/sandbox.ts';
import { useSlurm } from '../harness/slurm.ts';
import { followWorkflows } from '../harness/workflows.ts';

const slurm = useSlurm();
const image = `image: { uri: "${tinyImage}" }`;

const { described, statesOf, waitFor } = followWorkflows(slurm);

/** Jobs that Slurm still has for later, or at work. */
const queue = 'squeue --noheader --format="%j %T" --states=PENDING,RUNNING';

describe('a workflow with Slurm', () => {
  test('runs a chain with an array of which a task fails, on both nodes, and resumes', async () => {
    const sandbox = makeSandbox();
    sandbox.write(
      'chain.fz',
      `version: v4
volumes: { data: {} }
defaults: { job: { mounts: { /data: data }, policy: { timeout: { execute: 1m } } } }
jobs:
  first: { ${image}, command: [sh, -c, "echo one >/data/one; env | grep -c LEAK"], requires: [] }
  each: { ${image}, script: "cat /data/one; echo task $FB_TASK_ID; [ $FB_TASK_ID != 1501 ] || exit 3", task-array: { start: 1500, end: 1503, concurrency: 2 }, requires: [first] }
  last: { ${image}, command: [echo, two], requires: [each] }
`,
    );
    const said = await sandbox.succeed('LEAK=it ctinstall workflow start chain.fz', slurm);
    expect(said).toMatch(/^chain-1 is started with Slurm: /);
    await waitFor(sandbox, 'chain-1', '', 'failed');
    // `first` prints 0 and fails, as grep does.
    expect(await statesOf(sandbox, 'chain-1')).toMatchObject({ first: 'failed', each: 'never', last: 'never' });
    const scripts = `${sandbox.prefix}/workflows/chain-1/jobs`;
    const failed = await sandbox.run(
      `ctinstall workflow log chain-1 first; sed -i 's/; env | grep -c LEAK//' ${scripts}/first.sh
       ctinstall workflow resume --watch chain-1 >&2; echo $?; ctinstall workflow describe chain-1`,
      slurm,
    );
    expect(failed.stdout).toMatch(
      /^0\n1\nchain-1: failed[\s\S]*^first +finished[\s\S]*^each +failed[\s\S]*^last +never/m,
    );
    expect(failed.stdout).toMatch(
      /^each\.1501: failed, exit status 3\n {2}Slurm job: \d+_1\n {2}log: .*each\.1501\.log\n {2}\| one\n {2}\| task 1501$/m,
    );
    const ended = await sandbox.succeed(
      `sed -i 's/!= 1501/!= 1/' ${scripts}/each/script; ctinstall workflow resume --watch chain-1 >&2
       for task in 1500 1501; do ctinstall workflow log chain-1 each.$task; done; ${queue}`,
      slurm,
    );
    expect(ended).toBe(`one\ntask 1500\n${'one\ntask 1501\n'.repeat(2)}`);
    expect(await statesOf(sandbox, 'chain-1')).toMatchObject({ '': 'finished', last: 'finished' });
  });

  test('is stopped, and resumed; a command runs beside a job', async () => {
    const sandbox = makeSandbox();
    sandbox.write(
      'long.fz',
      `version: v4\njobs:\n  a: { ${image}, command: [sleep, "4712"] }\n  b: { ${image}, command: [echo, b], requires: [a] }\n`,
    );
    await sandbox.succeed('ctinstall workflow start long.fz', slurm);
    await waitFor(sandbox, 'long-1', 'a', 'running');
    const beside = await sandbox.succeed(
      `ctinstall workflow exec long-1 a -- sh -c 'echo beside $FB_JOB_NAME'
       ctinstall workflow stop long-1 >&2; ${queue}`,
      slurm,
    );
    expect(beside).toBe('beside a\n');
    await waitFor(sandbox, 'long-1', '', 'stopped');
    expect(await statesOf(sandbox, 'long-1')).toEqual({ '': 'stopped', a: 'cancelled', b: 'never' });
    await sandbox.succeed(
      `sed -i "s/'4712'/'0'/" ${sandbox.prefix}/workflows/long-1/jobs/a.sh; ctinstall workflow resume --watch long-1`,
      slurm,
    );
    expect(await statesOf(sandbox, 'long-1')).toEqual({ '': 'finished', a: 'finished', b: 'finished' });
  });

  test('is refused whole where one job can never run', async () => {
    const sandbox = makeSandbox();
    sandbox.write(
      'big.fz',
      `version: v4\njobs:\n  a: { ${image}, command: ["true"] }\n  b: { ${image}, command: ["true"], resource: { cpu: { cores: 99 } }, requires: [a] }\n  c: { ${image}, command: ["true"], slurm: { partition: none } }\n`,
    );
    const refused = await sandbox.run('ctinstall workflow start big.fz', slurm);
    expect(refused.status).toBe(1);
    expect(refused.stderr).toContain('error: Slurm does not take `c`, `b`');
    expect(refused.stderr).toContain('Requested node configuration is not available');
    expect(refused.stderr).toContain('invalid partition');
    expect((await sandbox.run('ctinstall workflow validate big.fz', slurm)).stderr).toBe(refused.stderr);
    // Nothing of it is there.
    expect(await sandbox.succeed(`ctinstall workflow list; ${queue}`, slurm)).toBe('');
  });

  test('of which the script of a job is killed is lost, and says so', async () => {
    const sandbox = makeSandbox();
    sandbox.write(
      'kill.fz',
      `version: v4\njobs:\n  a: { ${image}, command: [sleep, "20"] }\n  b: { ${image}, command: [echo, b], requires: [a] }\n`,
    );
    const status = `${sandbox.prefix}/workflows/kill-1/status/a`;
    await sandbox.succeed(
      // What a killed script leaves there.
      `mkdir tmp; export TMPDIR=$HOME/tmp
       ctinstall workflow start kill.fz; until grep -q running ${status}; do sleep 0.1; done 2>/dev/null`,
      slurm,
    );
    const { pid }: { pid: number } = JSON.parse(readFileSync(status, 'utf8'));
    process.kill(pid, 'SIGKILL');
    await waitFor(sandbox, 'kill-1', '', 'failed');
    expect(await statesOf(sandbox, 'kill-1')).toMatchObject({ a: 'lost', b: 'never' });
  });

  test('whose start is killed runs nothing, says so, and can be resumed or stopped', async () => {
    const sandbox = makeSandbox();
    const jobs = Array.from(
      { length: 6 },
      (_, index) =>
        `  j${index}: { ${image}, command: [echo, j${index}]${index > 0 ? `, requires: [j${index - 1}]` : ''} }`,
    );
    sandbox.write('many.fz', `version: v4\njobs:\n${jobs.join('\n')}\n`);
    // As soon as some are in.
    await sandbox.run(
      `mkdir slow; printf '#!/bin/sh\\nsleep 0.5\\nexec %s "$@"\\n' "$(type -P sbatch)" >slow/sbatch; chmod +x slow/sbatch
       PATH=$PWD/slow:$PATH ctinstall workflow start many.fz & start=$!
       until [ "$(squeue --noheader | wc -l)" -ge 2 ]; do sleep 0.05; done
       kill -9 $(pgrep -P $start node || echo $start) $start; wait`,
      slurm,
    );
    const { state, note, jobs: standings } = await described(sandbox, 'many-1');
    expect(state).toBe('stalled');
    expect(note).toContain('its submission was broken off, and its jobs are held');
    expect(new Set(standings.map((job) => job.state))).toEqual(new Set(['pending']));
    expect(await sandbox.succeed('squeue --noheader --format=%r | sort -u', slurm)).toMatch(
      /^(JobHeldUser\n|Dependency\n|None\n)+$/,
    );
    const stopped = `ctinstall workflow stop many-1 >&2; ${queue}; ctinstall workflow resume --watch many-1 >&2`;
    expect(await sandbox.succeed(stopped, slurm)).toBe('');
    expect((await statesOf(sandbox, 'many-1')).j5).toBe('finished');
  });

  test('starts the ranks of MPICH and of Open MPI on two nodes as one program, whatever the file calls it', async () => {
    const sandbox = makeSandbox();
    writeRanks(sandbox);
    const ran = await sandbox.run('ctinstall workflow start --watch mpi.fz', slurm);
    await expectOneProgram(sandbox, ran.status);
    expect(ran.stderr).toContain('`open` says mpich, and its image has Open MPI: its ranks are started for that');
    expect(ran.stderr).not.toContain('`mpich` says');
  });

  test("starts them by the host's launchers where Slurm has no PMI of theirs; is refused where these are not there", async () => {
    const sandbox = makeSandbox();
    writeRanks(sandbox);
    // What asks and submits knows a Slurm without these plugins.
    const without = `plugins=$(scontrol show config | awk '$1 == "PluginDir" { print $3 }')
      mkdir plugins; ln -s "$plugins"/*.so plugins; rm plugins/mpi_{pmi,cray}*
      sed "s#^KillWait#PluginDir=$PWD/plugins\\n&#" "$SLURM_CONF" >slurm.conf; export SLURM_CONF=$PWD/slurm.conf`;
    const ran = await sandbox.run(
      `${without}; PATH=$PATH:$CT_MPICH/bin ctinstall workflow start --watch mpi.fz`,
      slurm,
    );
    await expectOneProgram(sandbox, ran.status);
    expect(ran.stderr).toMatch(/Slurm here has no `pmix`: ranks are started by \/.*\/mpirun$/m);
    expect(ran.stderr).toMatch(/Slurm here has no `pmi2`: ranks are started by \/.*\/mpiexec.hydra$/m);
    const refused = await sandbox.run('SLURM_CONF=$PWD/slurm.conf ctinstall workflow start mpi.fz', slurm);
    expect([refused.status, refused.stderr]).toEqual([
      1,
      expect.stringContaining('nothing here starts MPICH, as `mpich` needs: Slurm here has no `pmi2`'),
    ]);
    expect(refused.stderr).toContain('load the module of MPICH; Slurm has: nothing');
  });
});

/** A workflow of two jobs with four ranks each, on two nodes. */
function writeRanks(sandbox: Sandbox): void {
  const script = (library: string, world: string): string => `|
      #!/usr/bin/python3
      import ctypes, os
      mpi = ctypes.CDLL('${library}', mode=ctypes.RTLD_GLOBAL)
      mpi.MPI_Init(None, None)
      world, rank, size = ${world}, ctypes.c_int(), ctypes.c_int()
      mpi.MPI_Comm_rank(world, ctypes.byref(rank)); mpi.MPI_Comm_size(world, ctypes.byref(size))
      os.write(1, b'%d of %d %s\\n' % (rank.value, size.value, os.environb.get(b'WORD')))
      mpi.MPI_Finalize()`;
  const ofOpenMpi = "ctypes.c_void_p(ctypes.addressof(ctypes.c_void_p.in_dll(mpi, 'ompi_mpi_comm_world')))";
  sandbox.write(
    'mpi.fz',
    `version: v4
defaults: { job: { resource: { cpu: { cores: 2, affinity: NUMA } }, policy: { timeout: { execute: 2m } } } }
jobs:
  mpich:
    image: { uri: "${machine.images}/mpich.sif" }
    script: ${script('libmpich.so.12', '0x44000000')}
    env: ["UCX_TLS=posix,sysv,self", WORD=mine]
    multinode: { nodes: 2, implementation: mpich, procs-per-node: 2 }
  open:
    image: { uri: "${machine.images}/${standInImage}" }
    script: ${script('libmpi.so.40', ofOpenMpi)}
    # Both nodes are this machine: ranks of the one would take those of the other for neighbours in its memory.
    env: ["OMPI_MCA_btl=tcp,self", OMPI_MCA_reachable=weighted, WORD=mine]
    multinode: { nodes: 2, implementation: mpich, procs-per-node: 2 }
`,
  );
}

async function expectOneProgram(sandbox: Sandbox, status: number | null): Promise<void> {
  const logs = await sandbox.succeed('ctinstall workflow log mpi-1 mpich; ctinstall workflow log mpi-1 open', slurm);
  expect([status, logs]).toEqual([0, expect.any(String)]);
  expect(logs.match(/\d of 4 mine/g)?.toSorted()).toEqual(
    ['0', '1', '2', '3'].flatMap((rank) => [`${rank} of 4 mine`, `${rank} of 4 mine`]),
  );
  // What would keep ranks from each other's memory is set.
  expect(logs).not.toMatch(/Permission denied|different user namespaces/);
}
