import { imageGpuSchema } from './gpu-file-schema.ts';
import type { ImageGpu } from './types.ts';

/** In an install dir: what its image has for GPUs, if it has anything. */
export const gpuFile = '.ctinstall/gpu.json';

export function renderGpuFile(image: ImageGpu): string {
  return `${JSON.stringify(image, undefined, 2)}\n`;
}

/** Undefined where the text is no such file. */
export function parseGpuFile(text: string): ImageGpu | undefined {
  try {
    return imageGpuSchema.safeParse(JSON.parse(text)).data;
  } catch {
    return undefined;
  }
}
