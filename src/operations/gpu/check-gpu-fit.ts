import { readNodeGpus } from '../../discover/node-gpus.ts';
import { describeImageGpu, describeMisfits } from '../../gpu/fit.ts';
import { type Finding, foundThing, unusableThing } from '../../lib/finding.ts';
import { hostPath } from '../../lib/paths.ts';
import type { Settings } from '../../settings/types.ts';
import type { Context } from '../context.ts';
import { prefixesOf, readAllRecords } from '../installed/all-prefixes.ts';
import { readKeptGpu } from './fit-gpu.ts';

/** Whether the GPUs of this node do for the images of installs. A line only where both are there. */
export async function checkGpuFit(settings: Settings, context: Context): Promise<Finding[]> {
  const what = 'images for GPUs';
  const node = await readNodeGpus({ environment: context.environment, root: hostPath('/'), signal: context.signal });
  if (node.nvidia === undefined && node.amd === undefined) return [];
  const fitting: string[] = [];
  const misfits: string[] = [];
  for (const { installDir, record } of await readAllRecords(prefixesOf(settings), context).catch(() => [])) {
    const image = record === undefined ? undefined : await readKeptGpu(installDir);
    if (record === undefined || image === undefined) continue;
    const found = describeMisfits(image, node);
    if (found.length === 0) fitting.push(`${record.moduleName} (${describeImageGpu(image)})`);
    misfits.push(...found.map((misfit) => `${record.moduleName}: ${misfit}`));
  }
  if (misfits.length > 0) return misfits.map((misfit) => unusableThing(what, misfit, []));
  return fitting.length === 0 ? [] : [foundThing(what, fitting.join(', '), [])];
}
