import { expect, test } from 'vitest';
import { bindTasks, renderMasks } from '../../src/slurm/cpu-binding.ts';
import { findGenericNode } from '../../src/slurm/generic-node.ts';
import { type FakeMachine, makeMachine, thisMachine } from '../discover/fake-machine.ts';

/** Eight cores of two threads each, as x86 numbers them, and two GPUs of a maker near each half of them; one has sound, too. */
function makeNode(driver: string): FakeMachine {
  const node = makeMachine();
  for (let cpu = 0; cpu < 16; cpu++)
    node.write(`sys/devices/system/cpu/cpu${cpu}/topology/thread_siblings_list`, `${cpu % 8},${(cpu % 8) + 8}\n`);
  const device = (slot: string, uevent: string, near: string): void => {
    node.write(`sys/bus/pci/devices/${slot}/uevent`, uevent);
    node.write(`sys/bus/pci/devices/${slot}/local_cpulist`, `${near}\n`);
  };
  device('0000:01:00.0', `DRIVER=${driver}\nPCI_CLASS=38000\n`, '4-7,12-15');
  device('0000:01:00.1', 'DRIVER=snd_hda_intel\nPCI_CLASS=40300\n', '4-7,12-15');
  device('0000:02:00.0', `DRIVER=${driver}\nPCI_CLASS=120000\n`, '4-7,12-15');
  device('0000:81:00.0', `DRIVER=${driver}\nPCI_CLASS=30200\n`, '0-3,8-11');
  device('0000:82:00.0', `DRIVER=${driver}\nPCI_CLASS=30200\n`, '0-3,8-11');
  device('0000:00:1f.0', 'PCI_CLASS=60100\n', '0-15');
  return node;
}

test('GPUs that the kernel says are near the same cores share them; one thread of each core counts', async () => {
  const type = await findGenericNode({ partition: undefined, gpus: 4 }, makeNode('amdgpu'));
  expect(type).toEqual({ cores: 8, gpus: ['4,5', '6,7', '0,1', '2,3'], gpu_variable: 'ROCR_VISIBLE_DEVICES' });
  expect(renderMasks(bindTasks(type, { gpus: 4, tasks: 4 }))).toBe('0x30,0xc0,0x3,0xc');
  const { gpu_variable } = await findGenericNode({ partition: undefined, gpus: 1 }, makeNode('nvidia'));
  expect(gpu_variable).toBe('CUDA_VISIBLE_DEVICES');
});

test('cores are those of the nodes of the partition, of the default one if none is named; the fewest count', async () => {
  const node = makeNode('amdgpu');
  node.program(
    'sinfo',
    `case $* in *--partition=big*) printf 'big 2 64\\nbig 2+ 48+\\n' ;; *) printf 'big 2 64\\nsmall* 2 4\\n' ;; esac`,
  );
  expect((await findGenericNode({ partition: 'big', gpus: 0 }, node)).cores).toBe(96);
  expect((await findGenericNode({ partition: undefined, gpus: 2 }, node)).cores).toBe(8);
  // Not a node of that partition: its GPUs say nothing.
  await expect(findGenericNode({ partition: 'big', gpus: 2 }, node)).rejects.toMatchObject({
    code: 'usage',
    message: 'which cores are near the GPUs of these nodes is not known here',
  });
});

test('this machine says how many cores it has', async () => {
  const machine = { ...thisMachine(), environment: { PATH: '/nowhere' } };
  expect((await findGenericNode({ partition: undefined, gpus: 0 }, machine)).cores).toBeGreaterThan(0);
});
