import { distance } from 'fastest-levenshtein';

/** The candidates that a person may have meant by `word`, nearest first, at most `most` of them. */
export function nearestWords(word: string, candidates: readonly string[], most = 3): string[] {
  const lower = word.toLowerCase();
  return (
    [...new Set(candidates)]
      .map((candidate) => {
        const other = candidate.toLowerCase();
        const startsAlike = other.startsWith(lower) || lower.startsWith(other);
        return { candidate, score: startsAlike && lower !== other ? 0.5 : distance(lower, other) };
      })
      // Another letter in the place of a single one is another word.
      .filter(
        ({ candidate, score }) =>
          score <= Math.ceil(Math.min(word.length, candidate.length) / 3) &&
          score < Math.max(word.length, candidate.length),
      )
      .sort(
        (a, b) =>
          a.score - b.score ||
          Number(beginsOtherwise(a.candidate, word)) - Number(beginsOtherwise(b.candidate, word)) ||
          (a.candidate < b.candidate ? -1 : 1),
      )
      .slice(0, most)
      .map(({ candidate }) => candidate)
  );
}

/** People seldom get the first letter wrong. */
function beginsOtherwise(candidate: string, word: string): boolean {
  return candidate[0]?.toLowerCase() !== word[0]?.toLowerCase();
}

/** `did you mean …?`, or undefined when nothing is near. */
export function didYouMean(word: string, candidates: readonly string[]): string | undefined {
  const near = nearestWords(word, candidates);
  return near.length === 0 ? undefined : `did you mean ${near.map((name) => `\`${name}\``).join(' or ')}?`;
}
