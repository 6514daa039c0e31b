import { createHash } from 'node:crypto';
import type { IndexPlace } from '../../discover/easyconfig-index.ts';
import { statIfThere } from '../../host/files.ts';
import { type HostPath, hostPath, joinHost } from '../../lib/paths.ts';
import type { Context } from '../context.ts';

/** One index for each easyconfig path; none where the user has no home. */
export async function indexPlace(directories: readonly HostPath[], context: Context): Promise<IndexPlace | undefined> {
  const { HOME: home, XDG_CACHE_HOME: cacheHome } = context.environment;
  const cache = cacheHome?.startsWith('/') ? cacheHome : home?.startsWith('/') ? `${home}/.cache` : undefined;
  if (cache === undefined) return undefined;
  const which = createHash('sha256').update(directories.join('\0')).digest('hex').slice(0, 16);
  const build = await statIfThere(joinHost(context.toolDir, 'dist', 'ctinstall.js'));
  return {
    file: joinHost(hostPath(cache), 'ctinstall', `easyconfigs-${which}.json`),
    tool: `${context.toolVersion} ${build?.mtimeMs}`,
  };
}
