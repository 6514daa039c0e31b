import { listDirectory, readTextIfThere } from '../host/files.ts';
import { type Machine, systemPath } from './machine.ts';

/** Cores of this node, each by the number of its first thread; and of each GPU, in the order of their slots, those near it. */
export interface NodeCores {
  readonly cores: readonly number[];
  readonly gpus: readonly { readonly near: string; readonly maker: 'NVIDIA' | 'AMD' }[];
}

/** From `/sys` alone: what `lscpu` and the tools of GPUs say too. */
export async function readNodeCores(machine: Machine): Promise<NodeCores> {
  const read = async (path: string): Promise<string> =>
    (await readTextIfThere(systemPath(machine, path)).catch(() => undefined))?.trim() ?? '';
  const names = async (path: string, pattern: RegExp): Promise<string[]> =>
    (await listDirectory(systemPath(machine, path))).map(({ name }) => name).filter((name) => pattern.test(name));
  const cpus = '/sys/devices/system/cpu';
  const siblings = await Promise.all(
    (await names(cpus, /^cpu\d+$/)).map((name) => read(`${cpus}/${name}/topology/thread_siblings_list`)),
  );
  const devices = '/sys/bus/pci/devices';
  const gpus = await Promise.all(
    (await names(devices, /./)).toSorted().map(async (slot) => {
      const uevent = await read(`${devices}/${slot}/uevent`);
      const [, driver] = /^DRIVER=(amdgpu|nvidia)$/m.exec(uevent) ?? [];
      const near = await read(`${devices}/${slot}/local_cpulist`);
      // Displays and accelerators: the card has a device for sound too.
      if (driver === undefined || near === '' || !/^PCI_CLASS=(3|12)\w{4}$/m.test(uevent)) return [];
      return [{ near, maker: driver === 'nvidia' ? ('NVIDIA' as const) : ('AMD' as const) }];
    }),
  );
  const first = siblings.map((list) => Number.parseInt(list, 10)).filter((core) => !Number.isNaN(core));
  return { cores: [...new Set(first)].toSorted((one, other) => one - other), gpus: gpus.flat() };
}
