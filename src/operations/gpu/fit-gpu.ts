import { readImageGpu } from '../../discover/image-gpu.ts';
import { readNodeGpus } from '../../discover/node-gpus.ts';
import { describeMisfits } from '../../gpu/fit.ts';
import { gpuFile, parseGpuFile } from '../../gpu/gpu-file.ts';
import type { ImageGpu } from '../../gpu/types.ts';
import { readTextIfThere } from '../../host/files.ts';
import { type HostPath, hostPath, joinHost } from '../../lib/paths.ts';
import type { ResolvedInstall } from '../../resolve/types.ts';
import type { Context } from '../context.ts';

/** What was found in the image of an install; undefined where that has nothing for GPUs, or nobody looked. */
export async function readKeptGpu(installDir: HostPath): Promise<ImageGpu | undefined> {
  const text = await readTextIfThere(joinHost(installDir, gpuFile));
  return text === undefined ? undefined : parseGpuFile(text);
}

/** An install with what its image has for GPUs; says what stands against it on this node. */
export async function fitGpu(
  install: ResolvedInstall,
  image: HostPath | undefined,
  context: Context,
): Promise<ResolvedInstall> {
  if (image === undefined) return install;
  const machine = { environment: context.environment, root: hostPath('/'), signal: context.signal };
  const imageGpu = await readImageGpu(image, machine);
  for (const misfit of describeMisfits(imageGpu, await readNodeGpus(machine)))
    context.reporter.report({ event: 'note', message: `${install.moduleName}: ${misfit}` });
  return { ...install, imageGpu };
}

/** The same for one that is there, as it was found then, unless it was looked into just now. */
export async function withKeptGpu(install: ResolvedInstall): Promise<ResolvedInstall> {
  if (install.imageGpu !== undefined) return install;
  return { ...install, imageGpu: await readKeptGpu(install.installDir) };
}
