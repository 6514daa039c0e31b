import { isFileIn, type KindAndName } from '../../host/list-kinds.ts';
import { readFileStates } from '../../host/many-files.ts';
import { type HostPath, hostPath, joinHost } from '../../lib/paths.ts';
import type { InstallRecord, ReadRecord } from '../../records/record.ts';

/** What a module has for an image when it is loaded now; `none`: it is of none. */
export const imageStates = ['copy', 'link', 'central', 'gone', 'none'] as const;
export type ImageState = (typeof imageStates)[number];

/**
 * Looks where each module does: in its install dir, then where there are central images.
 * @param entries of install dirs, where they are known
 */
export async function findImageStates(
  records: readonly ReadRecord[],
  entries: ReadonlyMap<HostPath, readonly KindAndName[]>,
  signal: AbortSignal | undefined,
): Promise<(ImageState | undefined)[]> {
  const candidates = records.map(({ installDir, record }) =>
    record === undefined ? [] : candidatesOf(installDir, record),
  );
  const known = records.map(({ installDir, record }) =>
    record?.image === undefined || record.image.how === 'central'
      ? 'unknown'
      : isFileIn(entries.get(installDir), record.image.file),
  );
  // With an image of its own, it does not matter which others there are.
  const looked = candidates.map((places, index) =>
    known[index] === true ? [] : known[index] === false ? places.slice(1) : places,
  );
  const states = await readFileStates(looked.flat(), signal);
  let at = 0;
  return candidates.map((_, index) => {
    const found = (looked[index] ?? []).map(() => states[at++]?.isFile === true);
    const there = known[index] === 'unknown' ? found : [known[index], ...found];
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
