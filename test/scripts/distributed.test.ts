import { readdirSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { makeTemporaryDirectory, type Ran, run, runscript } from './install.ts';

function getMaster(...args: string[]): Promise<Ran> {
  return run([runscript('get-master'), ...args], { env: { PATH: '/usr/bin:/bin' } });
}

describe('get-master', () => {
  test.each([
    ['n1', 'n1'],
    ['nid[001-003,010],gpu7', 'nid001 nid002 nid003 nid010 gpu7'],
    ['nid[0099-0101]', 'nid0099 nid0100 nid0101'],
    ['rack[1-2]-node[08-09]-ib,login.x', 'rack1-node08-ib rack1-node09-ib rack2-node08-ib rack2-node09-ib login.x'],
    ['a[5],b', 'a5 b'],
  ])('%s', async (list, nodes) => {
    expect(await getMaster('--all', list)).toMatchObject({ status: 0, stdout: `${nodes.replaceAll(' ', '\n')}\n` });
    expect((await getMaster(list)).stdout).toBe(`${nodes.split(' ')[0]}\n`);
  });

  test.each(['n[1', 'n[3-1]', 'n[a]', 'n[]', 'a b', '$(id)', ''])('refuses `%s`', async (list) => {
    expect(await getMaster('--all', list)).toMatchObject({
      status: 1,
      stdout: '',
      stderr: expect.stringMatching(/^error: .*\nhint: /),
    });
  });
});

const shown =
  'import os, sys; print(*(f"{name}={os.environ[name]}" for name in sys.argv[1:] if name in os.environ), sep="\\n")';

interface Task {
  readonly env?: Readonly<Record<string, string>>;
  readonly variables: readonly string[];
  /** What Python does; it shows the variables, if left out. */
  readonly program?: string;
}

/** What Python sees as the last of 3 + 3 + 2 tasks on three nodes. */
function lastTask({ env, variables, program = shown }: Task): Promise<Ran> {
  return run([runscript('python-distributed'), '-c', program, ...variables], {
    env: {
      PATH: '/usr/bin:/bin',
      TMPDIR: makeTemporaryDirectory(),
      SLURM_JOB_ID: '41',
      SLURM_STEP_ID: '0',
      SLURM_STEP_NUM_TASKS: '8',
      SLURM_STEP_NUM_NODES: '3',
      SLURM_STEP_TASKS_PER_NODE: '3(x2),2',
      SLURM_STEP_NODELIST: 'nid[007-008],gpu1',
      SLURM_PROCID: '7',
      SLURM_LOCALID: '1',
      SLURM_NODEID: '2',
      SLURMD_NODENAME: 'gpu1',
      ...env,
    },
  });
}

describe('python-distributed', () => {
  test('sets what torch.distributed reads', async () => {
    const variables =
      'RANK WORLD_SIZE LOCAL_RANK LOCAL_WORLD_SIZE GROUP_RANK ROLE_RANK MASTER_ADDR MASTER_PORT PET_NNODES';
    // What the script has variables of its own under is not lost to the program.
    const env = { node: 'mine', status: 'done' };
    const { stdout, status } = await lastTask({ env, variables: ['node', 'status', ...variables.split(' ')] });
    expect(status).toBe(0);
    expect(stdout).toBe(
      'node=mine\nstatus=done\nRANK=7\nWORLD_SIZE=8\nLOCAL_RANK=1\nLOCAL_WORLD_SIZE=2\nGROUP_RANK=2\nROLE_RANK=7\nMASTER_ADDR=nid007\nMASTER_PORT=10041\n',
    );
  });

  test('ports differ between jobs, and between steps of one', async () => {
    const ports = await Promise.all(
      [
        { SLURM_JOB_ID: '41', SLURM_STEP_ID: '0' },
        { SLURM_JOB_ID: '42', SLURM_STEP_ID: '0' },
        { SLURM_JOB_ID: '41', SLURM_STEP_ID: '1' },
        { SLURM_JOB_ID: '123456789', SLURM_STEP_ID: '0' },
      ].map(async (env) => Number((await lastTask({ env, variables: ['MASTER_PORT'] })).stdout.split('=')[1])),
    );
    expect(ports).toEqual([10041, 10042, 11050, 26789]);
  });

  test("the user's own master counts", async () => {
    const { stdout } = await lastTask({
      env: { MASTER_ADDR: 'mine', MASTER_PORT: '29500' },
      variables: ['MASTER_ADDR', 'MASTER_PORT'],
    });
    expect(stdout).toBe('MASTER_ADDR=mine\nMASTER_PORT=29500\n');
  });

  test('one task a node: what torchrun reads', async () => {
    const { stdout } = await lastTask({
      env: { SLURM_STEP_NUM_TASKS: '3', SLURM_STEP_TASKS_PER_NODE: '1(x3)', SLURM_PROCID: '2', SLURM_LOCALID: '0' },
      variables: ['PET_NNODES', 'PET_NODE_RANK', 'PET_MASTER_ADDR', 'PET_MASTER_PORT', 'PET_RDZV_ID'],
    });
    expect(stdout).toBe(
      'PET_NNODES=3\nPET_NODE_RANK=2\nPET_MASTER_ADDR=nid007\nPET_MASTER_PORT=10041\nPET_RDZV_ID=41.0\n',
    );
  });

  test.each<[string, Record<string, string>, string]>([
    ['AMD', { ROCR_VISIBLE_DEVICES: '4,5' }, 'ROCR_VISIBLE_DEVICES=5\n'],
    [
      'AMD, with the same for HIP',
      { ROCR_VISIBLE_DEVICES: '4,5', HIP_VISIBLE_DEVICES: '4,5' },
      'ROCR_VISIBLE_DEVICES=5\n',
    ],
    ['NVIDIA', { CUDA_VISIBLE_DEVICES: 'GPU-aa,GPU-bb' }, 'CUDA_VISIBLE_DEVICES=GPU-bb\n'],
    ['chosen by Slurm already', { CUDA_VISIBLE_DEVICES: '0' }, 'CUDA_VISIBLE_DEVICES=0\n'],
    ['all asked for', { CUDA_VISIBLE_DEVICES: '0,1', CTINSTALL_TASK_GPUS: 'all' }, 'CUDA_VISIBLE_DEVICES=0,1\n'],
    [
      'more tasks than GPUs',
      { CUDA_VISIBLE_DEVICES: '6,7', SLURM_STEP_TASKS_PER_NODE: '4(x3)', SLURM_LOCALID: '1' },
      'CUDA_VISIBLE_DEVICES=6\n',
    ],
  ])('GPU of a task: %s', async (_what, env, expected) => {
    const variables = ['ROCR_VISIBLE_DEVICES', 'HIP_VISIBLE_DEVICES', 'CUDA_VISIBLE_DEVICES'];
    expect((await lastTask({ env, variables })).stdout).toBe(expected);
  });

  test('caches are one directory a node, and gone when its last task is', async () => {
    const TMPDIR = makeTemporaryDirectory();
    const first = await lastTask({ env: { TMPDIR, SLURM_LOCALID: '0' }, variables: ['TRITON_CACHE_DIR'] });
    const [directory = ''] = readdirSync(TMPDIR);
    expect(directory).toMatch(/^ctinstall-caches-\d+-41\.0-gpu1$/);
    expect(first.stdout).toBe(`TRITON_CACHE_DIR=${TMPDIR}/${directory}/TRITON\n`);
    const second = await lastTask({ env: { TMPDIR }, variables: ['TRITON_CACHE_DIR'] });
    expect(second.stdout).toBe(first.stdout);
    expect(readdirSync(TMPDIR)).toEqual([]);
  });

  test('a task that is killed with SIGKILL has ended too', async () => {
    const TMPDIR = makeTemporaryDirectory();
    const program = 'import os; os.kill(os.getppid(), 9)';
    await lastTask({ env: { TMPDIR, SLURM_LOCALID: '0' }, variables: [], program });
    expect(readdirSync(TMPDIR)).toHaveLength(1);
    await lastTask({ env: { TMPDIR }, variables: [] });
    await expect.poll(() => readdirSync(TMPDIR)).toEqual([]);
  });

  test('outside of a job it is alone', async () => {
    const { stdout } = await run([runscript('python-distributed'), '-c', shown, 'RANK', 'WORLD_SIZE', 'MASTER_ADDR'], {
      env: { PATH: '/usr/bin:/bin' },
    });
    expect(stdout).toBe('RANK=0\nWORLD_SIZE=1\nMASTER_ADDR=127.0.0.1\n');
  });
});
