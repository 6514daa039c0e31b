import type { Prefix } from '../../lib/paths.ts';
import { placesOf } from '../../plan/places.ts';
import { hasUserSoftware } from '../../records/user-software.ts';
import { findStopped } from '../../transaction/find-stopped.ts';
import type { InstallPlaces } from '../../transaction/types.ts';

/**
 * Where a module was that an earlier run has removed: its user software is kept there, or that run was stopped before it had
 * cleared up. Undefined where nothing tells that there was one.
 * @param moduleName `name/version`, or `name` where one run on it was stopped
 */
export async function findUninstalled(moduleName: string, prefix: Prefix): Promise<InstallPlaces | undefined> {
  const stopped = (await findStopped(prefix)).filter(
    ({ install, mayBeHeldBy }) =>
      mayBeHeldBy === undefined && (install === moduleName || install.startsWith(`${moduleName}/`)),
  );
  const named = stopped.length === 1 ? stopped[0]?.install : moduleName;
  const [name, fullVersion, ...more] = named?.split('/') ?? [];
  if (name === undefined || fullVersion === undefined || more.length > 0) return undefined;
  const places = placesOf(prefix, name, fullVersion, undefined);
  return stopped.length === 1 || (await hasUserSoftware(places.installDir)) ? places : undefined;
}
