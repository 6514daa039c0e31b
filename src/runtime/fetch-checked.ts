import { checkImage } from '../discover/image.ts';
import { hashFile } from '../host/hash-file.ts';
import { CtinstallError } from '../lib/errors.ts';
import { maskSecrets } from '../lib/mask-secrets.ts';
import { type FetchOptions, fetchImage } from './fetch-image.ts';

/**
 * Brings an image and checks it like one that is here: structure, architecture, checksum. Returns its SHA-256, if
 * one is expected.
 * @throws CtinstallError `fetch-failed`, `image-…`, `checksum-mismatch`; `to` may then be there, for the caller to remove
 */
export async function fetchChecked(
  options: FetchOptions & { readonly sha256: string | undefined },
): Promise<string | undefined> {
  await fetchImage(options);
  return checkBrought(options);
}

/** Checks an image that was brought to `to`. @throws CtinstallError `image-…`, `checksum-mismatch` */
export async function checkBrought(
  options: Pick<FetchOptions, 'to' | 'source' | 'signal'> & { readonly sha256: string | undefined },
): Promise<string | undefined> {
  await checkImage(options.to);
  if (options.sha256 === undefined) return undefined;
  const sha256 = await hashFile(options.to, options.signal);
  requireSha256(sha256, options.sha256, maskSecrets(options.source));
  return sha256;
}

/** @throws CtinstallError `checksum-mismatch` with both hashes, where one is expected and it is not this one */
export function requireSha256(found: string | undefined, expected: string | undefined, image: string): void {
  if (expected !== undefined && found !== expected)
    throw new CtinstallError('checksum-mismatch', `\`${image}\` is not the image that the easyconfig names`, {
      details: [`  expected SHA-256 ${expected}`, `  it has           ${found}`],
      hint: 'get the image again; if the new one is meant, put its SHA-256 into the easyconfig',
    });
}
