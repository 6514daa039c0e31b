import { checkImage } from '../../discover/image.ts';
import type { ImageBuild } from '../../easyconfig/types.ts';
import { lstatIfThere } from '../../host/files.ts';
import { CtinstallError } from '../../lib/errors.ts';
import { formatLine } from '../../lib/format.ts';
import { hostPath, joinHost } from '../../lib/paths.ts';
import type { BuildImageStep } from '../../plan/steps/build-image.ts';
import { compareContent } from '../../records/compare-content.ts';
import { readRecord } from '../../records/record.ts';
import type { BuildInputs, ImageSource } from '../../resolve/types.ts';
import type { Settings } from '../../settings/types.ts';
import { buildWith } from '../build/build.ts';
import { buildDefinitionWith } from '../build/definition/build-definition.ts';
import { changedInputs, digestBuild, digestInputs } from '../build/digest-inputs.ts';
import type { Context } from '../context.ts';
import type { ImageOptions, Target } from './types.ts';

export interface BuildImageOptions {
  readonly settings: Settings;
  /** Whether commands of a recipe may run where nothing keeps them from the user's files. */
  readonly isTrusted: boolean;
}

/** Makes an image of what an easyconfig names. */
export async function buildImage(
  { build, directory, to }: Pick<BuildImageStep, 'build' | 'directory' | 'to'>,
  { settings, isTrusted }: BuildImageOptions,
  context: Context,
): Promise<void> {
  const there = { ...context, cwd: directory };
  if (build.kind === 'files') {
    const { base, pip, wheels, conda } = build;
    const files = build.files.map(({ from, to: at }) => (at === undefined ? from : `${from}:${at}`));
    const asked = { ...{ output: to, base: base.file, pip, files, wheels, conda }, baseSha256: base.sha256 };
    await buildWith(asked, settings, there);
    return;
  }
  const { way } = build;
  const log = hostPath(`${to.slice(to.lastIndexOf('/') + 1)}.log`, context.cwd);
  const from =
    build.kind === 'packages'
      ? { base: build.base.file, baseSha256: build.base.sha256, packages: build.packages }
      : {
          definition: hostPath(build.definition, directory),
          buildArg: Object.entries(build.buildArgs).map(([name, value]) => `${name}=${value}`),
        };
  // Packages are the distribution's own.
  const isSafe = isTrusted || build.kind === 'packages';
  await buildDefinitionWith({ output: to, from, way, log, mayRunOnHost: isSafe }, settings, there);
}

/** The install's own image where nothing of which it was made has changed, else what is to be built. */
export async function findBuilt(
  { loaded, install }: Target,
  build: ImageBuild,
  options: ImageOptions,
  context: Context,
): Promise<ImageSource> {
  const { image, installDir } = install;
  const { settings, buildsAnew = false } = options;
  const own = joinHost(installDir, image?.file ?? '');
  const before = (await readRecord(installDir))?.record?.image;
  const note = (message: string): void => context.reporter.report({ event: 'note', message });
  const asBefore = async (inputs: BuildInputs | undefined): Promise<ImageSource | undefined> => {
    const stats = await lstatIfThere(own);
    if (before === undefined || inputs === undefined || stats?.isFile() !== true) return undefined;
    if ((await compareContent(own, before, context.signal)) !== undefined) return undefined;
    await checkImage(own);
    const { size, mtimeMs } = stats;
    return { kind: 'file', path: own, size, mtimeMs, how: 'built before', inputs };
  };
  const found = await digestInputs(build, { directory: hostPath('..', loaded.path), settings }, context).catch(
    async (error: unknown) => {
      // As with all that an easyconfig names beside it: what is installed will do where that is gone.
      if (!(error instanceof CtinstallError) || error.code !== 'filesystem' || buildsAnew) throw error;
      const image = before?.inputs?.build === digestBuild(build) ? await asBefore(before.inputs) : undefined;
      if (image === undefined) throw error;
      note(`the image is not built again: ${error.message}`);
      return image;
    },
  );
  if ('kind' in found) return found;
  const { inputs, on } = found;
  const changed = changedInputs(before?.inputs, inputs);
  const kept = changed?.length === 0 && !buildsAnew ? await asBefore(inputs) : undefined;
  if (kept !== undefined) {
    note(`the image is not built again: what it is made of is as it was (\`--force\` builds it)`);
    return kept;
  }
  if (changed !== undefined && changed.length > 0)
    note(`the image is built again: ${changed.map(describeInput).join(', ')} changed`);
  return { kind: 'build', build, inputs, on };
}

function describeInput(name: string): string {
  return name === 'build' ? '`build`' : `\`${formatLine(name)}\``;
}

/** Of an install that is there: what its image is made of and has changed since. */
export async function findChangedInputs(
  { loaded, install }: Target,
  before: BuildInputs | undefined,
  { settings, context }: { settings: Settings; context: Context },
): Promise<readonly string[]> {
  if (install.build === undefined || before === undefined) return [];
  try {
    const { inputs } = await digestInputs(install.build, { directory: hostPath('..', loaded.path), settings }, context);
    // The key itself is compared as the others are.
    return (changedInputs(before, inputs) ?? []).filter((name) => name !== 'build');
  } catch (error) {
    if (error instanceof CtinstallError && error.code !== 'interrupted') return [];
    throw error;
  }
}
