import { gpuFile, renderGpuFile } from '../gpu/gpu-file.ts';
import type { ResolvedInstall } from '../resolve/types.ts';
import type { PlannedFile } from './planned-file.ts';

/** What the image has for GPUs, for later: `check` and jobs compare it with the node. */
export function planGpuFile({ imageGpu }: Pick<ResolvedInstall, 'imageGpu'>): PlannedFile[] {
  if (imageGpu?.cuda === undefined && imageGpu?.rocm === undefined) return [];
  return [{ relative: gpuFile, mode: 0o644, content: renderGpuFile(imageGpu) }];
}
