import { namePattern } from '../../easyconfig/rules.ts';
import { formatValue } from '../../lib/format.ts';
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
  return { source: `${source.kind}://${source.name}@${digest}` };
}

/** The newest of some tags: by version where there are versions, else by date, else the last in the alphabet. */
export function newestOf(tags: readonly string[]): string | undefined {
  const parts = tags.map((tag) => ({ tag, numbers: numbersOf(tag) }));
  const versions = parts.filter(({ numbers }) => numbers.length > 0);
  return (versions.length > 0 ? versions : parts).toSorted(compare).at(-1)?.tag;
}

/** The tag that a version stands for: that very one, or the newest of it, as `1.17--h5f_1` and `v1.17` are of `1.17`. */
export function tagOfVersion(tags: readonly string[], version: string): string | undefined {
  const isOf = (tag: string): boolean => {
    const rest = [tag, tag.replace(/^v/i, '')].find((each) => each.startsWith(version))?.slice(version.length);
    return rest !== undefined && /^([._-]|$)/.test(rest);
  };
  return tags.includes(version) ? version : newestOf(tags.filter(isOf));
}

/** `1.17--h5f_0`, `v1.2`, `21.03-py3`, `20250711_110525`: the numbers at the beginning, and then all others. */
function numbersOf(tag: string): number[] {
  return /^v?\d/i.test(tag) ? (tag.match(/\d+/g) ?? []).slice(0, 12).map(Number) : [];
}

function compare(a: { tag: string; numbers: number[] }, b: { tag: string; numbers: number[] }): number {
  for (let at = 0; at < Math.max(a.numbers.length, b.numbers.length); at += 1) {
    const difference = (a.numbers[at] ?? -1) - (b.numbers[at] ?? -1);
    if (difference !== 0) return difference;
  }
  return a.tag < b.tag ? -1 : 1;
}
