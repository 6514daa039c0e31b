import { readFileStates } from '../../host/many-files.ts';
import { type HostPath, hostPath, joinHost } from '../../lib/paths.ts';
import type { InstallRecord, ReadRecord } from '../../records/record.ts';

/** What a module has for an image when it is loaded now; `none`: it is of none. */
export const imageStates = ['copy', 'link', 'central', 'gone', 'none'] as const;
export type ImageState = (typeof imageStates)[number];

/** Looks where each module does: in its install dir, then where there are central images. */
export async function findImageStates(
  records: readonly ReadRecord[],
  signal: AbortSignal | undefined,
): Promise<(ImageState | undefined)[]> {
  const candidates = records.map(({ installDir, record }) =>
    record === undefined ? [] : candidatesOf(installDir, record),
  );
  const states = await readFileStates(candidates.flat(), signal);
  let at = 0;
  return candidates.map((places, index) => {
    const there = places.map(() => states[at++]?.isFile === true);
    const record = records[index]?.record;
    if (record === undefined) return undefined;
    const how = record.image?.how;
    if (how === undefined) return 'none';
    const first = there.indexOf(true);
    if (first < 0) return 'gone';
    if (how === 'central' || first > 0) return 'central';
    return how === 'linked' ? 'link' : 'copy';
  });
}

function candidatesOf(installDir: HostPath, { image, centralImages }: InstallRecord): HostPath[] {
  if (image === undefined) return [];
  const first = image.how === 'central' ? hostPath(image.source) : joinHost(installDir, image.file);
  return [first, ...centralImages.map((path) => hostPath(path))];
}
