import { describe, expect, it } from 'vitest';
import { parseEasyconfig } from '../../src/easyconfig/parse.ts';
import { least, normalFormIfGood } from './support.ts';

/** What is said of one bind, written as YAML: the message without its key, and the hint. */
function saidOf(bind: string): string[] {
  return parseEasyconfig(`${least}binds: [${bind}]\n`).issues.map(({ message, hint }) => `${message} | ${hint ?? ''}`);
}

/** A mistake, and what its hint must get at. */
const mistakes: readonly [string, RegExp][] = [
  ['scratch/data', /not an absolute path \| write the full path/],
  ['{ host: data, container: /data }', /not an absolute path \| a group of the site is written `\{ site: data \}`/],
  ['filesystems', /not an absolute path \| a group of the site is written `\{ site: filesystems \}`/],
  ['~/data', /not an absolute path \| neither `~` nor variables are replaced/],
  ['$SCRATCH/data', /not an absolute path \| neither `~` nor variables are replaced/],
  ['"/a:/b"', /holds `:`.* \| write `\{ host: \/a, container: \/b \}`$/],
  ['"/a:/b:ro"', /holds `:`.* \| write `\{ host: \/a, container: \/b, access: ro \}`$/],
  ['{ host: "/a:/b" }', /holds `:`.* \| write `\{ host: \/a, container: \/b \}`$/],
  ['"/run:1,2"', /holds `:`.* \| rename the path on the host, or bind the directory above it/],
  ['{ host: /a, container: "/b:ro" }', /holds `:`.* \| .*`access: ro`/],
  ['{ host: /a, container: "/b,c" }', /holds `,`.* \| choose another path in the container/],
  ['{ host: /a, container: b }', /not an absolute path \| write the full path in the container/],
  ['{ host: /a, container: /user-software }', /uses itself \| choose another path in the container/],
  ['/runscripts', /uses itself \| give it another path in the container: `\{ host: /],
  ['/a/../b', /holds `\.\.` \| write the path without `\.\.`/],
  ['"/a "', /begins or ends with a blank.* \| take the blank away/],
];

describe('a hint is for the mistake that was made', () => {
  it.each(mistakes)('%s', (bind, wanted) => {
    const said = saidOf(bind);
    expect(said).toHaveLength(1);
    expect(said[0]).toMatch(wanted);
  });

  it('and what it says to write is in order', () => {
    for (const bind of ['{ site: filesystems }', '{ host: /a, container: /b, access: ro }'])
      expect(normalFormIfGood(`${least}binds: [${bind}]\n`)).toBeDefined();
  });
});
