import { isDeepStrictEqual } from 'node:util';
import { normalizeEasyconfig } from './normalize.ts';
import { parseEasyconfig } from './parse.ts';
import type { Easyconfig } from './types.ts';

/**
 * The fields, as easyconfigs spell them, in which `now` is other than what was kept of an install. Comments and layout make
 * no difference, nor does a checksum that is that of the installed image. Undefined where nothing was kept, or what was
 * cannot be read.
 */
export function differencesOf(
  keptText: string | undefined,
  now: Easyconfig,
  installedSha256: string | undefined,
): readonly string[] | undefined {
  const kept = keptText === undefined ? undefined : parseEasyconfig(keptText).easyconfig;
  if (kept === undefined) return undefined;
  const normal = normalizeEasyconfig(kept);
  const installed = installedSha256 ?? normal.image?.sha256;
  const wanted = now.image?.sha256;
  const isSameImage = wanted === undefined || installed === undefined || installed === wanted;
  const image = normal.image && { ...normal.image, sha256: wanted };
  const before = isSameImage ? { ...normal, image } : normal;
  const keys = Object.keys(now) as (keyof Easyconfig)[];
  return keys.filter((key) => !isDeepStrictEqual(before[key], now[key])).map(spelled);
}

function spelled(key: string): string {
  return key === 'isHidden' ? 'hidden' : key.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
}
