import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { expect, onTestFinished } from 'vitest';
import { tinyImage } from '../harness/sandbox.ts';
import { type Fetched, type FetchSite, nothingLeft } from './fetch-support.ts';
import { type ImageServer, type Served, serveImages } from './image-server.ts';
import { makeArtifact, makeOciImage } from './oci-image.ts';

/* What the tests of fetchImage bring. */

export const small = makeOciImage({ 'etc/small': 'from layers\n' });
export const sif = readFileSync(tinyImage);
const noise = createHash('sha512').update('noise').digest();
/** A layer that does not get smaller. */
const large = makeOciImage({
  noise: Buffer.concat(
    Array.from({ length: 2000 }, (_, n) => createHash('sha512').update(noise).update(`${n}`).digest()),
  ),
});
export const all: Served = {
  images: {
    'me/small': small,
    'me/large': large,
    'me/tiny': makeArtifact(sif),
    'me/text': makeArtifact(Buffer.alloc(5000, 'no SIF ')),
    'me/other': makeArtifact(sif, 'application/octet-stream'),
  },
  files: {
    '/tiny.sif': sif,
    '/cut.sif': sif.subarray(0, 1_000_000),
    '/page.sif': Buffer.from('<!doctype html>\n<p>Log in'),
  },
  library: { 'me/col/tiny': { content: sif, hash: `sha256.${createHash('sha256').update(sif).digest('hex')}` } },
};

export async function serve(served: Served = all, tls?: { key: string; cert: string }): Promise<ImageServer> {
  const server = await serveImages(served, tls);
  onTestFinished(server.close);
  return server;
}

/** The failure of a fetch that left nothing behind. */
export function expectFailed(site: FetchSite, fetched: Fetched): Fetched {
  expect(fetched.code).toBe('fetch-failed');
  expect(site.left()).toEqual(nothingLeft);
  return fetched;
}
