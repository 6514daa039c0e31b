import type { Finding } from '../lib/finding.ts';
import { foldWords } from '../lib/fold-words.ts';
import { paint } from './colours.ts';

const colours = { found: 'good', missing: 'warning', ambiguous: 'warning', unusable: 'bad' } as const;

export interface FindingsStyle {
  readonly isColoured: boolean;
  /** Of the screen; undefined where each is to have one line, however long. */
  readonly width: number | undefined;
}

/** Findings for people: a line each, and below it what was tried where something is not in order, and what to do. */
export function describeFindings(findings: readonly Finding[], { isColoured, width }: FindingsStyle): string[] {
  const columns = stateWidth + Math.max(...findings.map(({ what }) => what.length)) + 4;
  const indent = ' '.repeat(columns);
  // A narrow screen breaks words, or nothing would be left for them.
  const room = width === undefined ? Number.POSITIVE_INFINITY : Math.max(width - columns, 20);
  return findings.flatMap(({ what, state, value, tried, hint, stopsInstalls }) => {
    const word = paint(state.padEnd(stateWidth), stopsInstalls ? 'bad' : colours[state], isColoured);
    const places = tried.join(tried.some((place) => place.includes(',')) ? '; ' : ', ');
    const isShort = state === 'found' || value === undefined;
    const said = value ?? (places === '' ? '' : `tried ${places}`);
    const how = isShort && value !== undefined && places !== '' ? `[${places}]` : '';
    const isOneLine = said.length + 2 + how.length <= room;
    const [first = '', ...more] = [
      ...(isOneLine ? [`${said}  ${how}`.trimEnd()] : [...foldWords(said, room), ...foldWords(how, room)]),
      ...(isShort || places === '' ? [] : foldWords(`tried: ${places}`, room)),
      ...(hint === undefined ? [] : foldWords(`hint: ${hint}`, room)),
    ];
    const head = `${word}  ${what.padEnd(columns - stateWidth - 4)}  `;
    return [`${head}${first}`.trimEnd(), ...more.filter((line) => line !== '').map((line) => indent + line)];
  });
}

const stateWidth = 'ambiguous'.length;
