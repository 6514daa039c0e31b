import { fetchChecked } from '../../apply/fetch-checked.ts';
import { takeLock } from '../../apply/lock.ts';
import { verifySignature } from '../../apply/verify-signature.ts';
import { injectChecksum } from '../../easyconfig/inject-checksum.ts';
import { isFile, makeDirectory, realPath, removeTree, rename, statIfThere, writeFileWhole } from '../../host/files.ts';
import { hashFile } from '../../host/hash-file.ts';
import { CtinstallError } from '../../lib/errors.ts';
import { maskSecrets } from '../../lib/mask-secrets.ts';
import { type HostPath, hostPath, joinHost } from '../../lib/paths.ts';
import type { CommandContext } from '../context.ts';
import { findImageFile, type ImageOptions, type Target } from '../install-target.ts';

/** `--fetch <dir>`: brings each image that is in no image directory into this one, checked, and installs nothing. */
export async function fetchImages(
  targets: readonly Target[],
  to: string,
  { settings }: ImageOptions,
  context: CommandContext,
): Promise<void> {
  const directory = hostPath(to, context.cwd);
  await makeDirectory(directory);
  const image = {
    asked: undefined,
    isForOthers: true,
    settings: { ...settings, imageDirs: [directory, ...settings.imageDirs] },
  };
  for (const target of targets) {
    const there = await findImageFile(target, image, context).catch((error: unknown) => {
      if (
        error instanceof CtinstallError &&
        error.code === 'image-not-found' &&
        target.install.image.source !== undefined
      )
        return undefined;
      throw error;
    });
    const path = there?.path ?? joinHost(directory, target.install.image.file);
    const isNew = there === undefined && (await fetchUnderLock(target, directory, context));
    if (context.isJson) context.print(JSON.stringify({ event: 'fetched', image: path, isNew }));
    else context.print(isNew ? `fetched ${path}` : `${path} is there already`);
  }
}

/** Says whether it was this run that brought the image: another one may have. */
async function fetchUnderLock(target: Target, directory: HostPath, context: CommandContext): Promise<boolean> {
  const { file } = target.install.image;
  const unlock = await takeLock(joinHost(directory, `.${file}.lock`), {
    ...context,
    waits: true,
    onWait: (holder) => context.reporter.report({ event: 'note', message: `waiting for ${holder}` }),
  });
  const work = joinHost(directory, `.${file}.fetch~`);
  try {
    if (await isFile(joinHost(directory, file))) return false;
    // Of a run that was killed.
    await removeTree(work);
    await makeDirectory(work);
    await bring(target, joinHost(work, file), context);
    await rename(joinHost(work, file), joinHost(directory, file));
    return true;
  } finally {
    await removeTree(work);
    await unlock();
  }
}

async function bring({ loaded, install }: Target, to: HostPath, context: CommandContext): Promise<void> {
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
  image: ImageOptions,
  context: CommandContext,
): Promise<void> {
  for (const target of targets) {
    const { path, text } = target.loaded;
    const { path: imagePath } = await findImageFile(target, image, context);
    const sha256 = await hashFile(imagePath, context.signal);
    if (sha256 !== target.install.image.sha256) {
      const file = await realPath(path);
      await writeFileWhole(file, injectChecksum(text, sha256), ((await statIfThere(file))?.mode ?? 0o644) & 0o777);
    }
    if (context.isJson)
      context.print(JSON.stringify({ event: 'checksum', easyconfig: path, image: imagePath, sha256 }));
    else context.print(`${path}: ${imagePath} has SHA-256 ${sha256}`);
  }
}
