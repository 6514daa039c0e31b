/**
 * Order of names and versions for people: numbers in them count as numbers (1.9 before 1.10), and small and capital letters
 * alike unless nothing else tells two apart.
 */
export function compareNatural(a: string, b: string): number {
  return compareKeys(keyOf(a), keyOf(b));
}

/** Order of versions by age: `1.10` after `1.9`, and `1.10-rc1`, `1.10.0a2` or `1.10.dev3` before the release that they lead to. */
export function compareVersions(a: string, b: string): number {
  return (
    compareNatural(a.replace(candidate, '$1'), b.replace(candidate, '$1')) ||
    Number(isCandidate(b)) - Number(isCandidate(a)) ||
    compareNatural(a, b)
  );
}

/** Whether a version is not released yet, in the spellings of Python's, conda's and containers' versions. */
export function isCandidate(version: string): boolean {
  return candidate.test(version);
}

const candidate =
  /^(v?\d+(?:[.-]\d+)*)[._-]?(?:(?:alpha|beta|rc|pre|preview|dev|snapshot|nightly)[._-]?\d*(?![a-z])|[ab]\d+(?![a-z\d]))/i;

/** Many in that order, by a text of each. */
export function sortedNaturally<Item>(items: readonly Item[], textOf: (item: Item) => string): Item[] {
  // Taken apart once, and not in each comparison.
  const keyed = items.map((item) => ({ item, key: keyOf(textOf(item)) }));
  return keyed.sort((a, b) => compareKeys(a.key, b.key)).map(({ item }) => item);
}

interface Key {
  readonly text: string;
  readonly parts: readonly string[];
}

function keyOf(text: string): Key {
  return { text, parts: partsOf(text.toLowerCase()) };
}

function compareKeys(a: Key, b: Key): number {
  return compareParts(a.parts, b.parts) || compareText(a.text, b.text);
}

/** Numbers and what stands between them, by turns. */
function partsOf(text: string): string[] {
  return text.split(/(\d+)/);
}

function compareParts(a: readonly string[], b: readonly string[]): number {
  for (let at = 0; at < a.length && at < b.length; at += 1) {
    const [left = '', right = ''] = [a[at], b[at]];
    const isNumber = at % 2 === 1;
    const order = isNumber ? compareNumbers(left, right) : compareText(left, right);
    if (order !== 0) return order;
  }
  return a.length - b.length;
}

/** Digits may be more than a number of JavaScript holds. */
function compareNumbers(a: string, b: string): number {
  const [left, right] = [a.replace(/^0+(?=.)/, ''), b.replace(/^0+(?=.)/, '')];
  return left.length - right.length || compareText(left, right);
}

function compareText(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
