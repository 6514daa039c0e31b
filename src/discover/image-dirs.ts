import { listDirectory, statIfThere } from '../host/files.ts';
import { CtinstallError } from '../lib/errors.ts';
import { type Finding, foundThing, missingThing, unusableThing } from '../lib/finding.ts';
import type { HostPath } from '../lib/paths.ts';

/** A line for each image directory: whether it is there, and how many images it has. */
export async function checkImageDirs(directories: readonly HostPath[]): Promise<Finding[]> {
  if (directories.length === 0)
    return [
      missingThing('image directories', ['`image_dirs` in the settings'], {
        hint: 'name some in the settings, or give an image with `--image <file>`',
      }),
    ];
  return Promise.all(directories.map(checkImageDir));
}

async function checkImageDir(path: HostPath): Promise<Finding> {
  const what = 'image directory';
  const stats = await statIfThere(path);
  if (stats === undefined) return missingThing(what, [`\`${path}\``]);
  if (!stats.isDirectory()) return unusableThing(what, `\`${path}\` is not a directory`, []);
  try {
    const count = (await listDirectory(path)).filter(({ name }) => /\.(sif|img|sqsh|squashfs)$/.test(name)).length;
    return foundThing(what, `${path}: ${count === 1 ? '1 image' : `${count} images`}`, []);
  } catch (error) {
    if (!(error instanceof CtinstallError)) throw error;
    return unusableThing(what, error.message, [], { hint: error.hint });
  }
}
