import { mkdirSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { checkGpus } from '../../src/discover/gpus.ts';
import { checkFuse, checkUserNamespaces } from '../../src/discover/user-namespaces.ts';
import { makeMachine } from './fake-machine.ts';

describe('GPUs', () => {
  it('that are not there', async () => {
    expect(await checkGpus(makeMachine())).toMatchObject([{ what: 'GPUs', state: 'missing' }]);
  });

  it('of NVIDIA, with the driver of the proprietary or of the open module', async () => {
    const machine = makeMachine();
    for (const name of ['nvidia0', 'nvidia1', 'nvidiactl', 'nvidia-uvm']) machine.write(`dev/${name}`);
    expect(await checkGpus(machine)).toMatchObject([{ state: 'unusable', value: '2 devices, but no driver' }]);
    const line = 'NVRM version: NVIDIA UNIX';
    machine.write('proc/driver/nvidia/version', `${line} x86_64 Kernel Module  535.54.03  Tue Jun  6 22:20:39 UTC\n`);
    expect(await checkGpus(machine)).toMatchObject([{ state: 'found', value: '2, driver 535.54.03' }]);
    machine.write('proc/driver/nvidia/version', `${line} Open Kernel Module for x86_64  560.35.05  Release Build\n`);
    expect(await checkGpus(machine)).toMatchObject([{ state: 'found', value: '2, driver 560.35.05' }]);
  });

  it('of AMD: the processors among the nodes are none', async () => {
    const machine = makeMachine();
    machine.write('dev/kfd');
    machine.write('sys/class/kfd/kfd/topology/nodes/0/gpu_id', '0\n');
    for (const node of [1, 2]) machine.write(`sys/class/kfd/kfd/topology/nodes/${node}/gpu_id`, `${node}1234\n`);
    expect(await checkGpus(machine)).toMatchObject([{ value: '2, driver of the kernel' }]);
    machine.write('sys/module/amdgpu/version', '6.7.0\n');
    expect(await checkGpus(machine)).toMatchObject([{ what: 'AMD GPUs', state: 'found', value: '2, driver 6.7.0' }]);
  });

  it('of Intel', async () => {
    const machine = makeMachine();
    machine.write('dev/dri/renderD128');
    expect(await checkGpus(machine)).toMatchObject([{ state: 'missing' }]);
    mkdirSync(`${machine.dir}/sys/module/xe`, { recursive: true });
    expect(await checkGpus(machine)).toMatchObject([{ what: 'Intel GPUs', value: '1, driver xe' }]);
  });
});

describe('user namespaces', () => {
  it('are tried', async () => {
    const machine = makeMachine();
    machine.program('unshare', 'exit 0');
    expect(await checkUserNamespaces(machine)).toMatchObject({ state: 'found', value: 'allowed' });
    machine.program('unshare', 'exit 1');
    machine.write('proc/sys/user/max_user_namespaces', '0\n');
    machine.write('proc/sys/kernel/unprivileged_userns_clone', '1\n');
    expect(await checkUserNamespaces(machine)).toMatchObject({
      state: 'unusable',
      tried: ['`unshare --user`', '/proc/sys/user/max_user_namespaces is 0'],
      stopsInstalls: false,
    });
  });

  it('cannot be tried everywhere', async () => {
    expect(await checkUserNamespaces(makeMachine())).toMatchObject({ state: 'missing', value: 'not tried' });
  });
});

describe('/dev/fuse', () => {
  it('is there or not', async () => {
    const machine = makeMachine();
    expect(await checkFuse(machine)).toMatchObject({ state: 'missing' });
    machine.write('dev/fuse');
    expect(await checkFuse(machine)).toMatchObject({ state: 'found' });
  });
});
