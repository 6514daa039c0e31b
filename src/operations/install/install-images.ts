import { injectChecksum } from '../../easyconfig/inject-checksum.ts';
import { isFile, makeDirectory, realPath, removeTree, rename, statIfThere, writeFileWhole } from '../../host/files.ts';
import { hashFile } from '../../host/hash-file.ts';
import { CtinstallError } from '../../lib/errors.ts';
import { maskSecrets } from '../../lib/mask-secrets.ts';
import { type HostPath, hostPath, joinHost } from '../../lib/paths.ts';
import type { ResolvedImage } from '../../resolve/types.ts';
import { checkBrought, fetchChecked, requireSha256 } from '../../runtime/fetch-checked.ts';
import { verifySignature } from '../../runtime/verify-signature.ts';
import type { Settings } from '../../settings/types.ts';
import { takeLock } from '../../transaction/lock.ts';
import type { Context } from '../context.ts';
import { type BuildImageOptions, buildImage } from './build-image.ts';
import { findImageFile } from './install-target.ts';
import type { TellInstall } from './told.ts';
import type { ImageOptions, Target } from './types.ts';

export interface FetchImagesOptions {
  /** The directory. */
  readonly to: string;
  /** Whether images are brought anew, in place of those that are there. */
  readonly replaces: boolean;
  /** Whether commands of a definition file may run where nothing keeps them from the user's files. */
  readonly isTrusted: boolean;
  readonly settings: Settings;
  readonly tell: TellInstall;
}

/**
 * `--fetch <dir>`: brings each image that is in no image directory into this one, checked, and installs nothing. One that is
 * there must be the image that the easyconfig names.
 * @throws CtinstallError `checksum-mismatch` where it is not
 */
export async function fetchImages(
  targets: readonly Target[],
  { to, replaces, isTrusted, settings, tell }: FetchImagesOptions,
  context: Context,
): Promise<void> {
  const directory = hostPath(to, context.cwd);
  await makeDirectory(directory);
  const image = {
    asked: undefined,
    isForOthers: true,
    settings: { ...settings, imageDirs: [directory, ...settings.imageDirs] },
  };
  for (const target of targets) {
    if (!isOfImage(target, context)) continue;
    const { source, file } = target.install.image;
    const bringsAnew = replaces && (source ?? target.install.build) !== undefined;
    const there = bringsAnew ? undefined : await findThere(target, image, context);
    if (there !== undefined) await requireAsNamed(target, there, context);
    const path = there ?? joinHost(directory, file);
    const fetching = { directory, replaces, building: { settings, isTrusted } };
    const isNew = there === undefined && (await fetchUnderLock(target, fetching, context));
    tell({ kind: 'fetched', image: path, isNew }, context.reporter);
  }
}

type TargetOfImage = Target & { readonly install: { readonly image: ResolvedImage } };

/** Says so where there is nothing to be done. */
function isOfImage(target: Target, { reporter }: Context): target is TargetOfImage {
  const isOf = target.install.image !== undefined;
  if (!isOf) reporter.report({ event: 'note', message: `${target.install.moduleName} is of no image` });
  return isOf;
}

/** Undefined where it must be brought, and can be. */
async function findThere(target: TargetOfImage, image: ImageOptions, context: Context): Promise<HostPath | undefined> {
  return findImageFile(target, image, context).then(
    ({ path }) => path,
    (error: unknown) => {
      const isMissing = error instanceof CtinstallError && error.code === 'image-not-found';
      const { image: wanted, build } = target.install;
      if (isMissing && (wanted.source ?? build) !== undefined) return undefined;
      throw error;
    },
  );
}

async function isAsNamed({ install }: TargetOfImage, path: HostPath, { signal }: Context): Promise<boolean> {
  const { sha256 } = install.image;
  return sha256 === undefined || (await hashFile(path, signal)) === sha256;
}

async function requireAsNamed({ install }: TargetOfImage, path: HostPath, { signal }: Context): Promise<void> {
  const { sha256, source } = install.image;
  if (sha256 === undefined) return;
  try {
    requireSha256(await hashFile(path, signal), sha256, path);
  } catch (error) {
    if (!(error instanceof CtinstallError) || error.code !== 'checksum-mismatch' || source === undefined) throw error;
    const { code, message, details } = error;
    const hint =
      '`--rebuild` gets it into the directory of `--fetch` again; if it is meant, put its SHA-256 into the easyconfig';
    throw new CtinstallError(code, message, { details, hint });
  }
}

/** Says whether it was this run that brought the image: another one may have. */
async function fetchUnderLock(
  target: TargetOfImage,
  {
    directory,
    replaces,
    building,
  }: { readonly directory: HostPath; readonly replaces: boolean; readonly building: BuildImageOptions },
  context: Context,
): Promise<boolean> {
  const { file } = target.install.image;
  const to = joinHost(directory, file);
  const unlock = await takeLock(joinHost(directory, `.${file}.lock`), {
    ...context,
    waits: true,
    onWait: (holder) => context.reporter.report({ event: 'note', message: `waiting for ${holder}` }),
  });
  const work = joinHost(directory, `.${file}.fetch~`);
  try {
    if (await isFile(to)) {
      if (!replaces) await requireAsNamed(target, to, context);
      // Without a checksum nothing says that it need not be brought again.
      if (!replaces || (target.install.image.sha256 !== undefined && (await isAsNamed(target, to, context))))
        return false;
    }
    // Of a run that was killed.
    await removeTree(work);
    await makeDirectory(work);
    await bring(target, joinHost(work, file), { building, context });
    await rename(joinHost(work, file), to);
    return true;
  } finally {
    await removeTree(work);
    await unlock();
  }
}

async function bring(
  { loaded, install }: TargetOfImage,
  to: HostPath,
  { building, context }: { readonly building: BuildImageOptions; readonly context: Context },
): Promise<void> {
  const { build } = install;
  if (build !== undefined) {
    context.reporter.report({ event: 'note', message: `building ${install.image.file}` });
    await buildImage({ build, directory: hostPath('..', loaded.path), to }, building, context);
    await checkBrought({ to, source: to, sha256: install.image.sha256, signal: context.signal });
    return;
  }
  const { file, source = '', sha256, isSigned } = install.image;
  const log = (): void => undefined;
  const base = hostPath('..', loaded.path);
  context.reporter.report({ event: 'note', message: `fetching ${file} from ${maskSecrets(source)}` });
  await fetchChecked({
    ...context,
    source,
    base,
    runtime: install.runtime,
    to,
    work: hostPath('../work', to),
    sha256,
    log,
  });
  if (isSigned) await verifySignature({ ...context, image: to, runtime: install.runtime, log });
}

/** `--inject-checksums`: the hash of the image that would be installed now, into the file that was found. */
export async function injectChecksums(
  targets: readonly Target[],
  { tell, ...image }: ImageOptions & { readonly tell: TellInstall },
  context: Context,
): Promise<void> {
  for (const target of targets) {
    if (!isOfImage(target, context)) continue;
    const { path, original } = target.loaded;
    const { path: imagePath } = await findImageFile(target, image, context);
    const sha256 = await hashFile(imagePath, context.signal);
    if (sha256 !== target.install.image.sha256) {
      const file = await realPath(path);
      await writeFileWhole(file, injectChecksum(original, sha256), ((await statIfThere(file))?.mode ?? 0o644) & 0o777);
    }
    tell({ kind: 'checksum', easyconfig: path, image: imagePath, sha256 }, context.reporter);
  }
}
