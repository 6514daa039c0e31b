import { listDirectory, mayAccess, readTextIfThere, statIfThere } from '../host/files.ts';
import { type Finding, foundThing, missingThing, unusableThing } from '../lib/finding.ts';
import { type Machine, systemPath } from './machine.ts';

/** The GPUs of this node, with the driver that the kernel has loaded: a line for each maker, or one that says none. */
export async function checkGpus(machine: Machine): Promise<Finding[]> {
  const found = (await Promise.all([nvidia(machine), amd(machine), intel(machine)])).filter(
    (gpus) => gpus !== undefined,
  );
  if (found.length > 0) return found;
  return [
    missingThing('GPUs', ['/dev/nvidia0', '/dev/kfd', '/dev/dri with the driver i915 or xe'], {
      hint: 'a login node often has none: run this on a compute node',
    }),
  ];
}

async function nvidia(machine: Machine): Promise<Finding | undefined> {
  const what = 'NVIDIA GPUs';
  const devices = (await listDirectory(systemPath(machine, '/dev'))).filter(({ name }) => /^nvidia\d+$/.test(name));
  const version = await readOr(machine, '/proc/driver/nvidia/version');
  if (devices.length === 0 && version === undefined) return undefined;
  const [, driver] = /Kernel Module\S*(?: for \S+)?\s+(\d[\d.]*)/.exec(version ?? '') ?? [];
  const tried = ['/dev/nvidia*', '/proc/driver/nvidia/version'];
  if (devices.length === 0) return unusableThing(what, `driver ${driver ?? '?'}, but no device`, tried);
  if (version === undefined)
    return unusableThing(what, `${devices.length} devices, but no driver`, tried, {
      hint: 'the kernel module is not loaded on this node: ask your support team',
    });
  return foundThing(what, `${devices.length}, driver ${driver ?? 'of unknown version'}`, tried);
}

async function amd(machine: Machine): Promise<Finding | undefined> {
  const what = 'AMD GPUs';
  const device = systemPath(machine, '/dev/kfd');
  if ((await statIfThere(device)) === undefined) return undefined;
  const nodes = await listDirectory(systemPath(machine, '/sys/class/kfd/kfd/topology/nodes'));
  const ids = await Promise.all(
    nodes.map(({ name }) => readOr(machine, `/sys/class/kfd/kfd/topology/nodes/${name}/gpu_id`)),
  );
  // The processors are nodes too, with the id 0.
  const count = ids.filter((id) => id !== undefined && id.trim() !== '0').length;
  // The driver that comes with Linux has no version of its own.
  const version = (await readOr(machine, '/sys/module/amdgpu/version'))?.trim() ?? 'of the kernel';
  const tried = ['/dev/kfd', '/sys/class/kfd', '/sys/module/amdgpu/version'];
  const value = `${count}, driver ${version}`;
  if (await mayAccess(device, 'write')) return foundThing(what, value, tried);
  return unusableThing(what, `${value}, but you may not use them`, tried, {
    hint: 'you need to be in the group that owns /dev/kfd (`render`): ask your support team',
  });
}

async function intel(machine: Machine): Promise<Finding | undefined> {
  const loaded: string[] = [];
  for (const driver of ['i915', 'xe'])
    if ((await statIfThere(systemPath(machine, `/sys/module/${driver}`))) !== undefined) loaded.push(driver);
  const devices = (await listDirectory(systemPath(machine, '/dev/dri'))).filter(({ name }) =>
    /^renderD\d+$/.test(name),
  );
  if (loaded.length === 0 || devices.length === 0) return undefined;
  return foundThing('Intel GPUs', `${devices.length}, driver ${loaded.join(' and ')}`, [
    '/dev/dri',
    ...loaded.map((driver) => `/sys/module/${driver}`),
  ]);
}

async function readOr(machine: Machine, path: string): Promise<string | undefined> {
  return readTextIfThere(systemPath(machine, path)).catch(() => undefined);
}
