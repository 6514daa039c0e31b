/** What the commands of a recipe would make, as far as they are understood. */
export interface Made {
  /** By their paths in the install dir. */
  readonly files: Map<string, MadeFile>;
  readonly directories: Set<string>;
  /** Links to other names in the same directory that are files of the recipe: name → target, both from the install dir. */
  readonly links: Map<string, string>;
  venv: { readonly name: string; readonly requirements: string | string[] | undefined } | undefined;
  isPacked: boolean;
  /** Commands that run in the container. */
  readonly inContainer: string[];
}

export interface MadeFile {
  readonly content: { readonly kind: 'text'; readonly text: string } | { readonly kind: 'from'; readonly from: string };
  readonly mode: number;
  readonly line: number;
}

export function nothingMade(): Made {
  return {
    files: new Map(),
    directories: new Set(),
    links: new Map(),
    venv: undefined,
    isPacked: false,
    inContainer: [],
  };
}

/** Permission bits after `chmod <mode>`, or undefined where that is not understood. */
export function changeMode(before: number, mode: string): number | undefined {
  if (/^[0-7]{3,4}$/.test(mode)) return Number.parseInt(mode, 8) & 0o777;
  let bits = before;
  for (const change of mode.split(',')) {
    const [, who = '', operator, what = ''] = /^([ugoa]*)([+=-])([rwxX]*)$/.exec(change) ?? [];
    if (operator === undefined) return undefined;
    const mask = who === '' || who.includes('a') ? 0o777 : maskOf(who);
    const wanted =
      (what.includes('r') ? 0o444 : 0) |
      (what.includes('w') ? 0o222 : 0) |
      (what.includes('x') || (what.includes('X') && (before & 0o111) !== 0) ? 0o111 : 0);
    // Nothing of an install is for others to write.
    const given = wanted & mask & 0o755;
    if (operator === '+') bits |= given;
    else if (operator === '-') bits &= ~(wanted & mask);
    else bits = (bits & ~mask) | given;
  }
  return bits;
}

function maskOf(who: string): number {
  return (who.includes('u') ? 0o700 : 0) | (who.includes('g') ? 0o070 : 0) | (who.includes('o') ? 0o007 : 0);
}
