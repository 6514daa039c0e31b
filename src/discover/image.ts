import { endianness } from 'node:os';
import { codeOf } from '../host/error-code.ts';
import { withFileReader } from '../host/file-reader.ts';
import { isDirectory, statIfThere } from '../host/files.ts';
import { checkArchitecture, goArchitecture } from '../image/check-architecture.ts';
import { type ImageMetadata, readImageMetadata } from '../image/metadata.ts';
import { readImage, readSifContents } from '../image/read-image.ts';
import type { ImageDescription, ImageReader, SifContents } from '../image/types.ts';
import { CtinstallError } from '../lib/errors.ts';
import { type HostPath, joinHost } from '../lib/paths.ts';
import type { ImageFile } from '../resolve/types.ts';

export interface ImageSearch {
  readonly easyconfig: string;
  readonly file: string;
  /** `--image`: this file and no other. */
  readonly asked: HostPath | undefined;
  readonly directories: readonly HostPath[];
  /** The directory that the easyconfig names. */
  readonly named?: HostPath | undefined;
  /** Where the easyconfig lies. */
  readonly beside: HostPath;
  readonly cwd: HostPath;
  /** The install's own copy, the last resort of a rebuild. */
  readonly installed: HostPath | undefined;
}

/**
 * Finds the image of an easyconfig and checks it, before anything is written.
 * @throws CtinstallError `image-not-found` naming every place tried; `image-…` when it is not one that can run here
 */
export async function discoverImage(search: ImageSearch): Promise<ImageFile> {
  const places: { path: HostPath; how: string }[] =
    search.asked !== undefined
      ? [{ path: search.asked, how: '--image' }]
      : [
          ...search.directories.map((directory) => ({
            path: joinHost(directory, search.file),
            how: `in ${directory}`,
          })),
          ...(search.named === undefined
            ? []
            : [{ path: joinHost(search.named, search.file), how: 'in the directory that the easyconfig names' }]),
          { path: joinHost(search.beside, search.file), how: 'beside the easyconfig' },
          { path: joinHost(search.cwd, search.file), how: 'in the current directory' },
          ...(search.installed === undefined ? [] : [{ path: search.installed, how: 'the installed copy' }]),
        ];
  for (const { path, how } of places) {
    const stats = await statIfThere(path);
    if (stats === undefined) continue;
    if (await isDirectory(path))
      throw new CtinstallError('image-invalid', `\`${path}\` is a directory, not an image`, {
        hint: 'give the image file itself',
      });
    // A FIFO would keep whoever opens it waiting.
    if (!stats.isFile())
      throw new CtinstallError('image-invalid', `\`${path}\` is no regular file, and so no image`, {
        hint: 'remove it, or name another image with `--image <file>`',
      });
    await checkImage(path);
    return { kind: 'file', path, size: stats.size, mtimeMs: stats.mtimeMs, how };
  }
  if (search.asked !== undefined)
    throw new CtinstallError('image-not-found', `no image at \`${search.asked}\``, {
      hint: 'check the path given with `--image`',
    });
  const all = new Set([...search.directories, search.named ?? search.beside, search.beside, search.cwd]);
  const directories = [...all].map((directory) => (directory === search.cwd ? '`.`' : `\`${directory}\``));
  throw new CtinstallError('image-not-found', `no image for \`${search.easyconfig}\``, {
    details: [`  Caused by: \`${search.file}\` is in none of: ${directories.join(', ')}`],
    hint: 'set `image_dirs` in the settings, or pass `--image-dir <dir>` or `--image <file>`',
  });
}

/**
 * Reads what an image says of itself and refuses one that cannot run on this machine.
 * @throws CtinstallError `image-…`
 */
export async function checkImage(path: HostPath): Promise<void> {
  const image = await withImageReader(path, (reader) => readImage(reader, path));
  checkArchitecture(image, goArchitecture(process.arch, endianness()), path);
}

/** An image file as it describes itself, also one that no runtime would start: `unusable` then says why. */
export interface DescribedImage {
  readonly image: ImageDescription | SifContents;
  readonly metadata: ImageMetadata;
  readonly unusable: CtinstallError | undefined;
}

/** @throws CtinstallError `image-…` where the file is no image at all, or not whole */
export async function discoverImageContents(path: HostPath): Promise<DescribedImage> {
  return withImageReader(path, async (reader) => {
    const [image, unusable] = await readImage(reader, path).then(
      (runnable) => [runnable, undefined] as const,
      async (error: unknown) => {
        if (!(error instanceof CtinstallError)) throw error;
        const contents = await readSifContents(reader, path).catch(() => {
          throw error;
        });
        return [contents, error] as const;
      },
    );
    return { image, metadata: await readImageMetadata(reader, image, path), unusable };
  });
}

async function withImageReader<T>(path: HostPath, work: (reader: ImageReader) => Promise<T>): Promise<T> {
  return withFileReader(path, work).catch((error: unknown) => {
    if (!(error instanceof CtinstallError) || !['EACCES', 'EPERM'].includes(codeOf(error.cause) ?? '')) throw error;
    throw new CtinstallError('image-unreadable', `cannot read the image \`${path}\`: permission denied`, {
      hint: 'ask its owner for read permission',
      cause: error,
    });
  });
}
