import { basename } from 'node:path';
import { checkImage } from '../../discover/image.ts';
import { draftEasyconfig } from '../../easyconfig/draft.ts';
import { noFacts } from '../../easyconfig/image-facts.ts';
import { describeBadImageSource, schemeOf } from '../../easyconfig/image-source.ts';
import type { Wrapped } from '../../easyconfig/render-wrapped.ts';
import { isDirectory, statIfThere } from '../../host/files.ts';
import { CtinstallError } from '../../lib/errors.ts';
import { formatValue } from '../../lib/format.ts';
import { maskSecrets } from '../../lib/mask-secrets.ts';
import { type HostPath, hostPath } from '../../lib/paths.ts';
import type { WrapRequest } from './types.ts';

/**
 * The image that something runs from: a file, the name of one in an image directory, or where it is brought from.
 * @throws CtinstallError `usage`, `image-…` with what to do
 */
export async function findWrappedImage(
  image: string,
  { context: { cwd }, settings }: WrapRequest,
): Promise<{ image: Wrapped['image']; asked: HostPath | undefined }> {
  if (schemeOf(image) !== undefined) {
    const bad = describeBadImageSource(image);
    if (bad !== undefined)
      throw new CtinstallError('usage', `\`${formatValue(maskSecrets(image))}\` ${bad}`, {
        hint: 'such as `docker://docker.io/library/python:3.12`',
      });
    const { file } = draftEasyconfig({ ...noFacts, source: image });
    return { image: { file, source: image }, asked: undefined };
  }
  const path = hostPath(image, cwd);
  if ((await statIfThere(path)) !== undefined) {
    if (await isDirectory(path)) throw new CtinstallError('image-invalid', `\`${path}\` is a directory, not an image`);
    await checkImage(path);
    const directory = hostPath('..', path);
    const isFound = settings.imageDirs.includes(directory);
    return { image: { file: basename(path), directory: isFound ? undefined : directory }, asked: path };
  }
  if (!image.includes('/'))
    for (const directory of settings.imageDirs)
      if ((await statIfThere(hostPath(image, directory))) !== undefined)
        return { image: { file: image }, asked: undefined };
  throw new CtinstallError('image-not-found', `no image at \`${path}\``, {
    hint: 'name an image file, one in an image directory, or a source such as `docker://…`',
  });
}
