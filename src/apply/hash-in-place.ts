import { statIfThere } from '../host/files.ts';
import { hashFile } from '../host/hash-file.ts';
import { CtinstallError } from '../lib/errors.ts';
import type { CheckedImage } from '../plan/steps/checked-image.ts';
import { requireSha256 } from '../runtime/fetch-checked.ts';

/**
 * The SHA-256 of an image that stays where it is, if one is expected.
 * @throws CtinstallError `image-changed` where it is not the file that was found and checked; `checksum-mismatch`
 */
export async function hashInPlace(
  path: string,
  expected: CheckedImage,
  signal: AbortSignal | undefined,
): Promise<string | undefined> {
  const sha256 = expected.sha256 === undefined ? undefined : await hashFile(path, signal);
  const stats = await statIfThere(path);
  if (stats?.size !== expected.size || stats.mtimeMs !== expected.mtimeMs)
    throw new CtinstallError('image-changed', `\`${path}\` changed while it was read`, {
      hint: 'wait until whoever writes it is done, then run again',
    });
  requireSha256(sha256, expected.sha256, path);
  return sha256;
}
