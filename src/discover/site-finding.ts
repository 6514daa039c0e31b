import { ambiguousThing, type Finding, foundThing, missingThing } from '../lib/finding.ts';
import type { FoundSite } from '../settings/read-site.ts';
import type { Settings } from '../settings/types.ts';

/** The site preset that holds, and how it came to. */
export function checkSite({ site, origins }: Pick<Settings, 'site' | 'origins'>, detected: FoundSite): Finding {
  const what = 'site';
  const isSet = origins.site[0] !== 'default';
  if (isSet) return foundThing(what, site, origins.site);
  if (detected.kind === 'ambiguous')
    return ambiguousThing(
      what,
      `${detected.candidates.map(({ value }) => value).join(' or ')}; \`${site}\` is taken`,
      detected.candidates.map(({ value, how }) => `\`${value}\`: ${how}`),
      { hint: `choose one: ctinstall settings set site ${detected.candidates[0]?.value ?? 'generic'}` },
    );
  return missingThing(what, detected.kind === 'missing' ? detected.tried : [], {
    value: `no preset knows this machine; \`${site}\` is taken`,
    hint: 'if it is one of a site with a preset: ctinstall settings set site <name>',
  });
}
