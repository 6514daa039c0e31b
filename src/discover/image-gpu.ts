import { factFiles, parseImageGpu } from '../gpu/read-facts.ts';
import type { ImageGpu } from '../gpu/types.ts';
import { withFileReader } from '../host/file-reader.ts';
import { listDirectory, readTextIfThere } from '../host/files.ts';
import { withTemporaryDirectory } from '../host/temporary.ts';
import { readImageMetadata } from '../image/metadata.ts';
import { readImage } from '../image/read-image.ts';
import { CtinstallError } from '../lib/errors.ts';
import { ask, type Machine } from './machine.ts';

/**
 * What an image has for GPUs, without running anything of it: some small files are taken out by their names, and the labels are
 * read. Nothing where it cannot be looked into: no install is to fail for that.
 */
export async function readImageGpu(image: string, machine: Machine): Promise<ImageGpu> {
  try {
    const { offset, labels } = await withFileReader(image, async (reader) => {
      const description = await readImage(reader, image);
      const metadata = await readImageMetadata(reader, description, image);
      return {
        offset: description.kind === 'sif' ? description.rootFileSystem.offset : description.offset,
        labels: metadata.labels.kind === 'found' ? metadata.labels.value : {},
      };
    });
    const files = await withTemporaryDirectory(machine.environment.TMPDIR || '/tmp', async (directory) => {
      const root = `${directory}/root`;
      const options = ['-no-progress', '-no-xattrs', '-dest', root, '-o', `${offset}`] as const;
      await ask(['unsquashfs', ...options, image, ...factFiles], machine);
      return readFactFiles(root);
    });
    const found = parseImageGpu(files, labels);
    if (found.cuda === undefined) return found;
    const compatible = 'usr/local/cuda*/compat/libcuda.so.*';
    const listed = await ask(['unsquashfs', '-ls', '-o', `${offset}`, image, compatible], machine);
    const hasFiles = listed.kind === 'answered' && /\/compat\/libcuda\.so\./.test(listed.stdout);
    return hasFiles ? { ...found, hasForwardCompatibility: true } : found;
  } catch (error) {
    if (!(error instanceof CtinstallError) || error.code === 'interrupted') throw error;
    return {};
  }
}

/** By their paths in the image. */
async function readFactFiles(root: string): Promise<Map<string, string>> {
  const files = new Map<string, string>();
  for (const pattern of factFiles) {
    const [before = '', behind] = pattern.split('*');
    const parent = before.slice(0, before.lastIndexOf('/'));
    const beginning = before.slice(parent.length + 1);
    const paths =
      behind === undefined
        ? [pattern]
        : (await listDirectory(`${root}/${parent}`))
            .filter(({ name }) => name.startsWith(beginning))
            .map(({ name }) => `${parent}/${name}${behind}`);
    for (const path of paths) {
      const text = await readTextIfThere(`${root}/${path}`).catch(() => undefined);
      if (text !== undefined) files.set(`/${path}`, text);
    }
  }
  return files;
}
