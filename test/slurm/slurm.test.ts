import { describe, expect, it } from 'vitest';
import { renderSbatch, type SlurmRequest } from '../../src/slurm/sbatch-lines.ts';
import { parseQueue } from '../../src/slurm/states.ts';
import { chunkTasks } from '../../src/slurm/submit.ts';

const request: SlurmRequest = {
  jobName: 'a-1.b',
  directory: '/p/my workflows/a-1',
  log: 'logs/b.log',
  cores: 4,
  bytes: 1_000_000_000,
  isByCore: false,
  seconds: 90,
  multinode: undefined,
  gpus: 0,
  gpuModel: undefined,
  sockets: undefined,
  hasThreads: undefined,
  isExclusive: false,
  isRequeued: false,
  partition: undefined,
  account: undefined,
  options: [],
};

describe('the lines for sbatch', () => {
  it('ask for a job of one node, in whole minutes and binary megabytes', () => {
    expect(renderSbatch(request)).toEqual([
      '--job-name=a-1.b',
      '--nodes=1',
      '--ntasks=1',
      '--cpus-per-task=4',
      '--mem=954M',
      '--time=00:02:00',
      '--chdir="/p/my workflows/a-1"',
      '--output=logs/b.log',
      '--open-mode=append',
      '--export=NIL',
      '--no-requeue',
    ]);
  });

  it('ask for nodes, ranks, GPUs, and what the file says of Slurm', () => {
    const lines = renderSbatch({
      ...request,
      seconds: 100_000,
      isByCore: true,
      multinode: { nodes: 2, perNode: 2, implementation: 'mpich' },
      gpus: 2,
      gpuModel: 'A100',
      isExclusive: true,
      isRequeued: true,
      hasThreads: false,
      sockets: 2,
      partition: 'gpu',
      account: 'p_1',
      options: ['qos=debug', 'comment=it\'s "odd" \\ here', 'overcommit'],
    });
    for (const line of [
      ...['--nodes=2', '--ntasks-per-node=2', '--cpus-per-task=2', '--mem-per-cpu=954M', '--time=1-03:47:00'],
      ...['--gpus-per-node=a100:2', '--exclusive', '--requeue', '--hint=nomultithread', '--sockets-per-node=2'],
      ...['--partition=gpu', '--account=p_1', '--qos=debug', '--comment="it\'s \\"odd\\" \\\\ here"', '--overcommit'],
    ])
      expect(lines).toContain(line);
  });
});

describe('arrays', () => {
  it('begin at 0, and are divided where Slurm’s numbers end', () => {
    expect(chunkTasks([10, 11, 12, 15], 1001)).toEqual([{ list: '0-2,5', first: 0, last: 5, shift: 10 }]);
    const chunks = chunkTasks(
      Array.from({ length: 2500 }, (_, index) => 5000 + index),
      1001,
    );
    expect(chunks.map(({ list, shift }) => [list, shift])).toEqual([
      ['0-1000', 5000],
      ['0-1000', 6001],
      ['0-497', 7002],
    ]);
  });
});

describe('what squeue says', () => {
  it('is read: jobs, tasks, tasks that wait together', () => {
    const words = parseQueue(
      '17|PENDING|Dependency\n18_3|RUNNING|None\n18_[4-6,9,12-20:4%2]|PENDING|JobArrayTaskLimit\n21_[1,3,...]|PENDING|Resources\n19|TIMEOUT|TimeLimit\n20|PENDING|DependencyNeverSatisfied\n\n',
    );
    expect(Object.fromEntries(words)).toEqual({
      '17': { state: 'pending', why: 'Slurm: Dependency' },
      '18_3': { state: 'running' },
      ...Object.fromEntries(
        [4, 5, 6, 9, 12, 16, 20].map((task) => [`18_${task}`, { state: 'pending', why: 'Slurm: JobArrayTaskLimit' }]),
      ),
      // Cut short, it is of all.
      '21': { state: 'pending', why: 'Slurm: Resources' },
      '19': { state: 'gone', why: 'Slurm: TIMEOUT, TimeLimit' },
      '20': { state: 'gone', why: 'DependencyNeverSatisfied' },
    });
  });
});
