import { listDirectory, removeFile } from '../host/files.ts';
import { type HostPath, hostPath, joinHost } from '../lib/paths.ts';

/**
 * Removes the user's own spider cache of Lmod, which would keep a new module out of `module avail` and `module spider` for a
 * day (and, where a site has cached loads, out of `module load`). Lmod makes it anew when it needs it. A site's own cache is
 * the site's. Before Lmod 8.7.12 it lay in `~/.lmod.d/.cache`. Nothing depends on this: what fails is left.
 */
export async function forgetSpiderCache(environment: Readonly<Record<string, string | undefined>>): Promise<void> {
  const { HOME: home, XDG_CACHE_HOME: cacheHome } = environment;
  if (home === undefined || !home.startsWith('/')) return;
  const places = new Set<HostPath>([
    hostPath('.cache/lmod', home),
    hostPath('.lmod.d/.cache', home),
    ...(cacheHome?.startsWith('/') ? [hostPath('lmod', cacheHome)] : []),
  ]);
  for (const place of places)
    for (const { name } of await listDirectory(place).catch(() => []))
      if (/^spiderT.*\.lua(c_[\d.]+)?$/.test(name)) await removeFile(joinHost(place, name)).catch(() => undefined);
}
