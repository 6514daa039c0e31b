import type { Finding } from '../lib/finding.ts';
import { paint } from './colours.ts';

const colours = { found: 'good', missing: 'warning', ambiguous: 'warning', unusable: 'bad' } as const;

/** Findings for people: a line each, and below it what was tried where something is not in order, and what to do. */
export function describeFindings(findings: readonly Finding[], { isColoured }: { isColoured: boolean }): string[] {
  const width = Math.max(...findings.map(({ what }) => what.length));
  const indent = ' '.repeat(stateWidth + width + 4);
  return findings.flatMap(({ what, state, value, tried, hint, stopsInstalls }) => {
    const word = state.padEnd(stateWidth);
    const shown = paint(word, stopsInstalls ? 'bad' : colours[state], isColoured);
    const places = tried.join(tried.some((place) => place.includes(',')) ? '; ' : ', ');
    const isShort = state === 'found' || value === undefined;
    const said = value ?? (places === '' ? '' : `tried ${places}`);
    return [
      `${shown}  ${what.padEnd(width)}  ${isShort && value !== undefined && places !== '' ? `${said}  [${places}]` : said}`.trimEnd(),
      ...(isShort || places === '' ? [] : [`${indent}tried: ${places}`]),
      ...(hint === undefined ? [] : [`${indent}hint: ${hint}`]),
    ];
  });
}

const stateWidth = 'ambiguous'.length;
