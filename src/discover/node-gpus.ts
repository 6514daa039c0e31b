import { gpuPlaces } from '../gpu/places.ts';
import type { NodeGpus } from '../gpu/types.ts';
import { readTextIfThere, statIfThere } from '../host/files.ts';
import { type Machine, systemPath } from './machine.ts';

/** The GPUs of this node with their drivers, from files alone. The AMD driver that comes with Linux says no version. */
export async function readNodeGpus(machine: Machine): Promise<NodeGpus> {
  const [nvidia, amd] = await Promise.all(
    [gpuPlaces.NVIDIA, gpuPlaces.AMD].map(async ({ device, driver }) => {
      if ((await statIfThere(systemPath(machine, device))) === undefined) return undefined;
      const text = await readTextIfThere(systemPath(machine, driver)).catch(() => undefined);
      return { driver: /\d+\.\d[\d.]*/.exec(text ?? '')?.[0] };
    }),
  );
  return { nvidia, amd };
}
