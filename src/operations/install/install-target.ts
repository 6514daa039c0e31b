import { discoverImage, type ImageSearch } from '../../discover/image.ts';
import { discoverLinkedPlaces } from '../../discover/linked-places.ts';
import { readRequirements } from '../../discover/requirements.ts';
import type { VariantRequest } from '../../easyconfig/variant-changes.ts';
import { isFile, lstatIfThere, readTextIfThere } from '../../host/files.ts';
import { CtinstallError } from '../../lib/errors.ts';
import { formatCommand } from '../../lib/format.ts';
import { type HostPath, hostPath, joinHost } from '../../lib/paths.ts';
import { requirementsFile } from '../../plan/plan-files.ts';
import type { PreviousInstall } from '../../plan/plan-inputs.ts';
import { planInstall } from '../../plan/plan-install.ts';
import type { Plan } from '../../plan/types.ts';
import { compareContent } from '../../records/compare-content.ts';
import { type InstallRecord, readRecord } from '../../records/record.ts';
import { hasEmptyUserSoftware, hasInUserSoftware, hasUserSoftware, hasVenv } from '../../records/user-software.ts';
import { addLinkedPlaces } from '../../resolve/linked-places.ts';
import { resolveInstall } from '../../resolve/resolve-install.ts';
import type { ImageFile, ImageSource, ResolvedInstall } from '../../resolve/types.ts';
import { findUv } from '../../runtime/find-uv.ts';
import { discoverRuntime } from '../../runtime/runtime.ts';
import { requireAnySignature } from '../../runtime/verify-signature.ts';
import { namesOfScripts } from '../../scripts/names.ts';
import { readScriptTexts } from '../../scripts/read-scripts.ts';
import type { Settings } from '../../settings/types.ts';
import type { Context } from '../context.ts';
import { fitGpu } from '../gpu/fit-gpu.ts';
import { fitInstall } from '../mpi/fit-install.ts';
import { findWrappers } from '../regenerate/find-wrappers.ts';
import { broughtImageOf } from './brought-image.ts';
import { findBuilt } from './build-image.ts';
import { type LoadedEasyconfig, loadEasyconfig, recordedEasyconfig, unresolvable } from './load-easyconfig.ts';
import { readCondaFile } from './read-conda-file.ts';
import { readFiles } from './read-files.ts';
import { refuseSecondEnvironment } from './refuse-second-environment.ts';
import { requirePolicy } from './site-policy.ts';
import type { ImageOptions, Target } from './types.ts';

/** settings → discover → resolve, for one easyconfig. */
export async function resolveTarget(
  name: string,
  { settings, context }: { settings: Settings; context: Context },
  variant?: VariantRequest,
): Promise<Target> {
  const loaded = await loadEasyconfig(name, { settings, context }, { otherWords: context.commandNames, variant });
  const target = await resolveLoaded(loaded, settings, context);
  const { venv } = target.install;
  if (venv?.requirements === undefined) return target;
  return { ...target, requirements: await readRequirements(venv, hostPath('..', loaded.path)) };
}

/** The same for one that was loaded. */
export async function resolveLoaded(loaded: LoadedEasyconfig, settings: Settings, context: Context): Promise<Target> {
  await requirePolicy(settings, context);
  const runtime = await discoverRuntime(settings.runtime, context.environment);
  const resolved = resolveInstall(loaded.easyconfig, settings, {
    runtime: runtime.kind === 'found' ? runtime.value.name : 'singularity',
    scripts: { runscripts: namesOfScripts('runscripts'), wrappers: namesOfScripts('bin') },
  });
  if (resolved.install === undefined) throw unresolvable(loaded, resolved.issues);
  if (runtime.kind === 'missing')
    throw new CtinstallError('runtime-missing', `no container runtime: tried ${runtime.tried.join(' and ')}`, {
      hint: 'load its module (`module spider singularity`), or name it with `--runtime <program>`',
    });
  return { loaded, install: await bindLinkedPlaces(resolved.install), runtime: runtime.value };
}

/** With binds for what the links in bound directories lead to. */
export async function bindLinkedPlaces(install: ResolvedInstall): Promise<ResolvedInstall> {
  const places = await discoverLinkedPlaces(install.binds.map(({ host }) => host));
  return { ...install, binds: addLinkedPlaces(install.binds, places) };
}

export async function planTarget(target: Target, image: ImageOptions, context: Context): Promise<Plan> {
  const { loaded, runtime, requirements } = target;
  const { install: resolved } = target;
  // What it depends on may have been installed since it was resolved: another of the same stack.
  await refuseSecondEnvironment(resolved, { settings: image.settings, context });
  const found = await findImage(target, image, context);
  if (resolved.image?.isSigned === true && found?.kind === 'build')
    throw new CtinstallError(
      'signature-invalid',
      'an image that is built here has no signature, and only a signed one will do',
      { hint: 'build it by `ctinstall build`, sign it, and name it with `--image <file>`' },
    );
  const foundFile = found?.kind === 'file' ? found.path : undefined;
  const imageFile = found?.kind === 'source' ? found.brought : foundFile;
  const fitted = await fitInstall(resolved, foundFile, {
    places: { settings: image.settings, runtime: runtime.path },
    context,
  });
  const install = await fitGpu(fitted, imageFile, context);
  await noteChangedRequirements(target, context);
  await noteMissingSoftware(target, context);
  if (install.image?.isSigned === true && foundFile !== undefined)
    await requireAnySignature(foundFile, install.runtime);
  return planInstall(install, {
    toolVersion: context.toolVersion,
    runtime,
    image: found,
    base: hostPath('..', loaded.path),
    easyconfig: recordedEasyconfig(loaded),
    easyconfigText: loaded.text,
    scriptTexts: await readScriptTexts(context.toolDir),
    previous: await findPrevious(install),
    condaFileText: await readCondaFile(install, loaded.path),
    fileTexts: await readFiles(install, loaded.path),
    hasUserSoftware: await hasUserSoftware(install.installDir),
    hasVenv: install.venv !== undefined && (await hasVenv(install.installDir, install.venv.name)),
    requirements: requirements && { ...requirements, uv: await findUv(context) },
  });
}

/** A venv that is there is the user's: it is not brought up to date. */
async function noteChangedRequirements({ install, requirements }: Target, context: Context): Promise<void> {
  const { installDir, moduleName, venv } = install;
  if (venv === undefined || requirements === undefined || !(await hasVenv(installDir, venv.name))) return;
  const file = joinHost(installDir, requirementsFile);
  if ((await readTextIfThere(file)) === requirements.text) return;
  context.reporter.report({
    event: 'note',
    message: `the easyconfig's requirements are other than those of the virtual environment \`${venv.name}\`, which is yours and stays as it is; for one that has them: ctinstall venv create ${moduleName} --name <new name> --requirements ${formatCommand([file])}`,
  });
}

/** Only a first install makes a conda environment, or packs a directory: software that is there is the user's. */
async function noteMissingSoftware({ install }: Target, context: Context): Promise<void> {
  const { installDir, moduleName, condaPackages, userSoftware } = install;
  const what = (await lacksConda(install))
    ? `the conda environment \`${condaPackages?.name}\``
    : userSoftware.from !== undefined && (await hasEmptyUserSoftware(installDir))
      ? `what \`${userSoftware.from}\` holds`
      : undefined;
  if (what === undefined) return;
  context.reporter.report({
    event: 'note',
    message: `${what} is not in the user software of ${moduleName}, which is there already and stays as it is; to have it, install again: ctinstall uninstall --with-user-software ${moduleName}`,
  });
}

async function lacksConda({ installDir, condaPackages }: ResolvedInstall): Promise<boolean> {
  return (
    condaPackages !== undefined &&
    (await hasUserSoftware(installDir)) &&
    !(await hasInUserSoftware(installDir, `conda/${condaPackages.name}`))
  );
}

async function findPrevious(install: ResolvedInstall): Promise<PreviousInstall | undefined> {
  const { installDir } = install;
  const record = (await readRecord(installDir))?.record;
  if (record === undefined) return undefined;
  const { user } = await findWrappers(install, record, false);
  return {
    files: [...record.files.map(({ path }) => path), ...record.retired],
    image: await ownImageOf(installDir, record),
    installed: record.installed,
    ...(user.length === 0 ? {} : { userWrappers: user }),
  };
}

async function ownImageOf(installDir: HostPath, { image }: InstallRecord): Promise<string | undefined> {
  if (image === undefined || image.how === 'central') return undefined;
  return (await lstatIfThere(joinHost(installDir, image.file)))?.isFile() === true ? image.file : undefined;
}

/** The image file if there is one, else the source that the easyconfig names; undefined for a module of no image. */
async function findImage(target: Target, options: ImageOptions, context: Context): Promise<ImageSource | undefined> {
  if (target.install.image === undefined) {
    if (options.asked === undefined) return undefined;
    throw new CtinstallError('usage', `\`${target.install.moduleName}\` is of no image (\`image: none\`)`, {
      hint: 'leave out `--image`',
    });
  }
  const { source, mode } = target.install.image;
  const { build } = target.install;
  if (build !== undefined && mode === 'copy' && options.asked === undefined)
    return findBuilt(target, build, options, context);
  try {
    return await findImageFile(target, options, context);
  } catch (error) {
    const isMissing = error instanceof CtinstallError && error.code === 'image-not-found';
    if (!isMissing || (source ?? build) === undefined || options.asked !== undefined) throw error;
    if (mode === 'copy' && source !== undefined) {
      const brought = broughtImageOf(target.install.prefix, source);
      return { kind: 'source', source, brought: (await isFile(brought)) ? brought : undefined };
    }
    throw new CtinstallError('image-not-found', error.message, {
      details: error.details,
      hint: `image mode \`${mode}\` needs the image in an image directory; to get it there: ctinstall install --fetch <dir> ${formatCommand([target.loaded.path])}`,
    });
  }
}

/** @throws CtinstallError `image-not-found` naming every place tried; `image-…` when it cannot run here */
export async function findImageFile(
  { loaded, install }: Target,
  { asked, settings, isForOthers = false }: ImageOptions,
  context: Context,
): Promise<ImageFile> {
  const { image } = install;
  if (image === undefined) throw new RangeError('an install without an image has none to be found');
  const own = joinHost(install.installDir, image.file);
  const hasOwn = (await lstatIfThere(own))?.isFile() === true && image.mode === 'copy';
  const found = await discoverImage({
    easyconfig: loaded.path,
    file: image.file,
    asked: asked === undefined ? undefined : hostPath(asked, context.cwd),
    directories: settings.imageDirs,
    ...placesOfImage(loaded.path, image.directory),
    cwd: context.cwd,
    installed: hasOwn && !isForOthers ? own : undefined,
  });
  if (hasOwn && found.path === own) await requireAsInstalled(install.installDir, own, context);
  return found;
}

/** Where an image may lie for the sake of its easyconfig. */
export function placesOfImage(
  easyconfig: HostPath,
  directory: string | undefined,
): Pick<ImageSearch, 'named' | 'beside'> {
  const beside = hostPath('..', easyconfig);
  return { beside, named: directory === undefined ? undefined : hostPath(directory, beside) };
}

/** A copy that is damaged must not be taken for the image once more. */
async function requireAsInstalled(installDir: HostPath, image: HostPath, { signal }: Context): Promise<void> {
  const recorded = (await readRecord(installDir))?.record?.image;
  if (recorded === undefined || (await compareContent(image, recorded, signal)) === undefined) return;
  throw new CtinstallError('image-not-found', `\`${image}\` is not what was installed, and the image is nowhere else`, {
    hint: 'get the image again: `--image <file>`, or an image directory that has it',
  });
}
