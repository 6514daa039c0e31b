import { writeFileWhole } from '../../host/files.ts';
import { CtinstallError } from '../../lib/errors.ts';
import { type HostPath, hostPath } from '../../lib/paths.ts';
import { discoverRuntime } from '../../runtime/runtime.ts';
import type { Context } from '../context.ts';
import { condaCacheOf, withCondaCache } from './conda-cache.ts';
import { addConda } from './conda-input.ts';
import { copyFiles } from './inputs.ts';
import { installPip } from './pip.ts';
import type { Making } from './plan.ts';
import { step } from './step.ts';
import type { BuildInput } from './types.ts';

/** Fills the layer. `newest`: no file may become older than that, in seconds since 1970 UTC. */
export async function makeInputs(
  layer: HostPath,
  { plan, options, settings, work }: Making,
  context: Context,
): Promise<{ inputs: BuildInput[]; newest: number; runtime: string | undefined }> {
  const { environment, reporter, cwd } = context;
  const { base, own } = plan;
  const found = await discoverRuntime(settings.runtime, environment);
  const runtime = found.kind === 'missing' ? undefined : found.value.path;
  const { conda: file, lock, wheels } = options;
  const cache = condaCacheOf(settings.prefix);
  const conda =
    file === undefined
      ? undefined
      : await step(reporter, 'make the conda environment', () =>
          withCondaCache(cache, () =>
            addConda(
              { asked: file, base, runtime, layer, own, cache, work, keepsPackages: options.update === true },
              context,
            ),
          ),
        );
  if (conda !== undefined && lock !== undefined) await writeFileWhole(hostPath(lock, cwd), conda.lock, 0o666);
  const inputs: BuildInput[] = conda === undefined ? [] : [conda.input];
  const ofConda = conda?.pip ?? [];
  const asked = options.pip ?? [];
  if (ofConda.length + asked.length > 0) {
    if (found.kind === 'missing')
      throw new CtinstallError('runtime-missing', `no container runtime: tried ${found.tried.join(' and ')}`, {
        hint: 'pip is that of the image: load a module with Apptainer or Singularity',
      });
    const pip = { asked, ofConda, wheels, image: base.path, runtime: found.value.path, layer, own, work };
    inputs.push(await step(reporter, 'install Python packages', () => installPip(pip, context)));
  }
  if (plan.files.length > 0)
    inputs.push(...(await step(reporter, 'copy files', () => copyFiles(plan.files, layer, context))));
  return { inputs, newest: conda?.newest ?? 0, runtime };
}
