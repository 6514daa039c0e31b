import { namePattern } from '../../easyconfig/rules.ts';
import { formatValue } from '../../lib/format.ts';
import { compareNatural, isCandidate } from '../../lib/natural-order.ts';
import type { ShpcRecipe } from './recipe.ts';

/** Where the image of a tag comes from, or why it cannot be had. */
export function sourceOf({ source, tags }: ShpcRecipe, tag: string): { source: string | undefined; fault?: string } {
  const digest = tags.get(tag) ?? '';
  const shown = `the tag \`${formatValue(tag)}\``;
  if (!namePattern.test(tag)) return { source: undefined, fault: `${shown} is no version that a module can have` };
  if (source.kind === 'path') return { source: undefined };
  if (source.kind === 'gh') {
    const [owner = '', repository = '', ...more] = source.name.split('/');
    if (more.length > 0 || !/^[\w.-]+$/.test(owner) || !/^[\w.-]+$/.test(repository) || !namePattern.test(digest))
      return { source: undefined, fault: `${shown} names no release: \`${formatValue(digest)}\`` };
    return {
      source: `https://github.com/${owner}/${repository}/releases/download/${digest}/${owner}-${repository}.${tag}.sif`,
    };
  }
  if (!/^sha256:[0-9a-f]{64}$/.test(digest))
    return {
      source: undefined,
      fault: `${shown} has no digest: \`${formatValue(digest)}\` is no \`sha256:\` with 64 hex digits`,
    };
  return { source: `${source.kind}://${repositoryOf(source.name)}@${digest}` };
}

/** What some write around it: the scheme, and a tag, beside which runtimes take no digest. */
function repositoryOf(name: string): string {
  return name.replace(/^(docker|oras):\/\//, '').replace(/:\w[\w.-]*$/, '');
}

/** The newest of some tags: by version where there are versions, else by date, else the last in the alphabet. */
export function newestOf(tags: readonly string[]): string | undefined {
  const versions = tags.filter((tag) => /^v?\d/i.test(tag));
  return (versions.length > 0 ? versions : tags).toSorted(compareTags).at(-1);
}

/** The tag that a version stands for: that very one, or the newest of it, as `1.17--h5f_1` and `v1.17` are of `1.17`. */
export function tagOfVersion(tags: readonly string[], version: string): string | undefined {
  const isOf = (tag: string): boolean => {
    const rest = [tag, tag.replace(/^v/i, '')].find((each) => each.startsWith(version))?.slice(version.length);
    return rest !== undefined && /^([._-]|$)/.test(rest);
  };
  return tags.includes(version) ? version : newestOf(tags.filter(isOf));
}

/** A tag cut into what its age can be told by: `1.17--h5f_0`, `v1.2-rc1`, `21.03-py3`, `20250711_110525`. */
function partsOf(tag: string): { release: number[]; isFinal: boolean; build: number; rest: string } {
  const [, release = '', rest = ''] = /^v?(\d+(?:[.-]\d+)*)?(.*)$/is.exec(tag) ?? [];
  return {
    release: (release.match(/\d+/g) ?? []).map(Number),
    isFinal: !isCandidate(tag),
    // Of conda: what stands before the number is a hash, which says nothing of age.
    build: Number(/^--.*_(\d+)$/.exec(rest)?.[1] ?? -1),
    rest,
  };
}

function compareTags(a: string, b: string): number {
  const [left, right] = [partsOf(a), partsOf(b)];
  for (let at = 0; at < Math.max(left.release.length, right.release.length); at += 1) {
    const difference = (left.release[at] ?? -1) - (right.release[at] ?? -1);
    if (difference !== 0) return difference;
  }
  return (
    Number(left.isFinal) - Number(right.isFinal) ||
    left.build - right.build ||
    compareNatural(left.rest, right.rest) ||
    compareNatural(a, b)
  );
}
