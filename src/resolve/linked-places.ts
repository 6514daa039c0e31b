import { describeBadContainerPath } from '../easyconfig/rules.ts';
import { containerPath, type HostPath } from '../lib/paths.ts';
import type { Bind } from './types.ts';

/**
 * Adds binds for places that links in a bound directory lead to, at their own paths, since that is where the links point.
 * They are optional and writable as far as the place is; one that is bound already, or that no bind can name, is left out.
 */
export function addLinkedPlaces(
  binds: readonly Bind[],
  places: readonly { readonly from: HostPath; readonly to: readonly HostPath[] }[],
): Bind[] {
  const all = [...binds];
  for (const { from, to } of places)
    for (const place of to) {
      const access = binds.find(({ host }) => host === from)?.access ?? 'rw';
      const container = containerPath(place);
      const isCovered = all.some(
        (bind) => String(bind.host) === bind.container && (place === bind.host || place.startsWith(`${bind.host}/`)),
      );
      const isTaken = all.some((bind) => bind.container === container);
      if (isCovered || isTaken || describeBadContainerPath(place) !== undefined) continue;
      all.push({ host: place, container, access, optional: true, origin: `links in ${from}` });
    }
  // SingularityCE mounts in the order given.
  return all.sort((a, b) => a.container.split('/').length - b.container.split('/').length);
}
