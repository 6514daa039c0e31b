import { basename } from 'node:path';
import { checkImage, discoverImageContents } from '../../discover/image.ts';
import { realPath, statIfThere } from '../../host/files.ts';
import type { SifImage, SquashfsSuperblock } from '../../image/types.ts';
import { CtinstallError } from '../../lib/errors.ts';
import { type HostPath, hostPath, joinHost } from '../../lib/paths.ts';
import type { Settings } from '../../settings/types.ts';

/** An image that files can be added to. */
export interface Base {
  readonly path: HostPath;
  /** Its name in what the image says of itself: the address where it was brought from elsewhere. */
  readonly file: string;
  readonly size: number;
  readonly mtimeMs: number;
  readonly inode: number;
  readonly image: SifImage;
  readonly squashfs: SquashfsSuperblock;
}

/**
 * The base: a file, or the name of one in an image directory.
 * @throws CtinstallError `image-…` where it is none that runs here, or none that files can be added to
 */
export async function findBase(asked: string, { imageDirs }: Settings, cwd: HostPath): Promise<Base> {
  const path = await findBaseFile(asked, { imageDirs }, cwd);
  const stats = await statIfThere(path);
  if (stats?.isFile() !== true)
    throw new CtinstallError(
      stats === undefined ? 'image-not-found' : 'image-invalid',
      stats === undefined ? `no image at \`${path}\`` : `\`${path}\` is no image file`,
      {
        hint: 'name the image to build on: a SIF, by its path or as it is called in an image directory (`image_dirs`), or an address such as `docker://…`',
      },
    );
  await checkImage(path);
  const { image } = await discoverImageContents(path);
  if (image.kind !== 'sif' || !('rootFileSystem' in image)) throw unfit(path, 'it is no SIF');
  const { rootFileSystem: root, descriptors } = image;
  if (root.fileSystem !== 'squashfs' || root.squashfs === undefined)
    throw unfit(
      path,
      root.fileSystem === 'ext3' ? 'its root file system is an ext3, not a squashfs' : 'it is encrypted',
    );
  const behind = descriptors.find((object) => object.type === 'partition' && object.offset > root.offset);
  if (behind !== undefined) throw unfit(path, `another partition (object ${behind.id}) lies behind its root`);
  const { size, mtimeMs, ino: inode } = stats;
  return { path, file: basename(path), size, mtimeMs, inode, image, squashfs: root.squashfs };
}

/** Where it lies, or would. */
export async function findBaseFile(
  asked: string,
  { imageDirs }: Pick<Settings, 'imageDirs'>,
  cwd: HostPath,
): Promise<HostPath> {
  const path = hostPath(asked, cwd);
  if (asked.includes('/') || (await statIfThere(path)) !== undefined) return path;
  for (const directory of imageDirs)
    if ((await statIfThere(joinHost(directory, asked))) !== undefined) return joinHost(directory, asked);
  return path;
}

function unfit(path: HostPath, why: string): CtinstallError {
  return new CtinstallError('image-invalid', `nothing can be added to \`${path}\`: ${why}`, {
    hint: 'take a SIF with a squashfs, as `singularity build` makes it',
  });
}

/**
 * Where the image is to be.
 * @throws CtinstallError `usage` where something is there already, or it is the base
 */
export async function checkOutput(to: HostPath, base: HostPath | undefined, isForced: boolean): Promise<void> {
  const stats = await statIfThere(to);
  if (stats === undefined) return;
  const refuse = (message: string, hint?: string): never => {
    throw new CtinstallError('usage', message, { hint });
  };
  if (stats.isDirectory()) refuse(`\`${to}\` is a directory`, 'name the file to be made: `my.sif`');
  if (base !== undefined && (await realPath(to)) === (await realPath(base)))
    refuse(`\`${to}\` is the base itself, which is never changed`, 'give the new image another name');
  if (!stats.isFile()) refuse(`\`${to}\` is no regular file`);
  if (!isForced) refuse(`\`${to}\` is there already`, 'give the new image another name, or replace it with `--force`');
}
