import { isDirectory } from '../host/files.ts';
import { asPrefix, joinHost } from '../lib/paths.ts';
import { homeOf } from './home.ts';
import type { Settings } from './types.ts';

/**
 * Where nobody chose a prefix, that which earlier versions took by default is one more, if it has installs: `~/ctinstall`,
 * which may be a clone of ctinstall, too.
 */
export async function withOldDefault(
  settings: Settings,
  environment: Readonly<Record<string, string | undefined>>,
): Promise<Settings> {
  const home = homeOf(environment);
  if (settings.origins.prefix[0] !== 'default' || home === undefined) return settings;
  const old = asPrefix(joinHost(home, 'ctinstall'));
  if (settings.morePrefixes.includes(old)) return { ...settings, oldDefaultPrefix: old };
  // Both are there from the first install on; a clone has neither.
  for (const name of ['software', '.ctinstall']) if (!(await isDirectory(joinHost(old, name)))) return settings;
  const named = settings.origins.more_prefixes.filter((origin) => origin !== 'default');
  return {
    ...settings,
    oldDefaultPrefix: old,
    morePrefixes: [...settings.morePrefixes, old],
    origins: { ...settings.origins, more_prefixes: [...named, 'default prefix of earlier versions'] },
  };
}
