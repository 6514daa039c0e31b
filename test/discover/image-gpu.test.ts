import { execFileSync } from 'node:child_process';
import { describe, expect, it } from 'vitest';
import { readImageGpu } from '../../src/discover/image-gpu.ts';
import { readNodeGpus } from '../../src/discover/node-gpus.ts';
import { makeMachine, thisMachine } from './fake-machine.ts';

const docker = '.singularity.d/env/10-docker2singularity.sh';
/** As both runtimes write a variable of a Docker image. */
const exported = (name: string, value: string): string => `export ${name}="\${${name}:-"${value}"}"\n`;
const json = (version: string): string => `{"cuda" : {\n "name" : "CUDA SDK",\n "version" : "${version}"\n}}`;

/** A real squashfs image with these files. */
function imageWith(files: Readonly<Record<string, string>>): string {
  const machine = makeMachine();
  machine.write('root/etc/hostname');
  for (const [path, text] of Object.entries(files)) machine.write(`root/${path}`, text);
  const image = `${machine.dir}/image.squashfs`;
  execFileSync('mksquashfs', [`${machine.dir}/root`, image, '-no-progress', '-quiet', '-processors', '1']);
  return image;
}

describe('what an image has for GPUs', () => {
  it.each([
    ['nothing', {}, {}],
    ['CUDA', { 'usr/local/cuda-12.4/version.json': json('12.4.1') }, { cuda: '12.4.1' }],
    [
      'two CUDAs, and libraries for older drivers',
      {
        'usr/local/cuda-9.2/version.txt': 'CUDA Version 9.2.148\n',
        'usr/local/cuda-10.2/version.txt': 'CUDA Version 10.2.89\n',
        'usr/local/cuda-10.2/compat/libcuda.so.440.33.01': '',
      },
      { cuda: '10.2.89', hasForwardCompatibility: true },
    ],
    ['ROCm', { 'opt/rocm-6.2.4/.info/version': '6.2.4-139\n' }, { rocm: '6.2.4' }],
    ['a variable', { [docker]: exported('CUDA_VERSION', '11.8.0') }, { cuda: '11.8.0' }],
    [
      'what it requires',
      {
        [docker]: exported('NVIDIA_REQUIRE_CUDA', 'cuda>=12.4 brand=tesla,driver>=470,driver<471'),
      },
      { cuda: '12.4', hasForwardCompatibility: true },
    ],
    [
      'what is no version',
      { 'usr/local/cuda-12/version.json': json('12.4\\u001b[31m'), 'opt/rocm/.info/version': '$(id)\n' },
      {},
    ],
  ])('%s', async (_, files, found) => {
    expect(await readImageGpu(imageWith(files), thisMachine())).toEqual(found);
  });

  it('is nothing of what is no image, or not there', async () => {
    const machine = makeMachine();
    expect(await readImageGpu(machine.write('no image', 'text'), thisMachine())).toEqual({});
    expect(await readImageGpu(`${machine.dir}/nowhere`, thisMachine())).toEqual({});
  });
});

describe('the GPUs of a node', () => {
  it('none', async () => {
    expect(await readNodeGpus(makeMachine())).toEqual({});
  });

  it('of both makers, with the versions of their drivers', async () => {
    const machine = makeMachine();
    machine.write('dev/nvidiactl');
    machine.write('dev/kfd');
    expect(await readNodeGpus(machine)).toEqual({ nvidia: {}, amd: {} });
    machine.write('sys/module/amdgpu/version', '6.10.5\n');
    machine.write(
      'proc/driver/nvidia/version',
      'NVRM version: NVIDIA UNIX Open Kernel Module for x86_64  560.35.05  Release Build\nGCC version:  gcc 12.2.0\n',
    );
    expect(await readNodeGpus(machine)).toEqual({ nvidia: { driver: '560.35.05' }, amd: { driver: '6.10.5' } });
  });
});
