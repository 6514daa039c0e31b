import { lstatIfThere, mayAccess } from '../../host/files.ts';
import { hostPath, type Prefix } from '../../lib/paths.ts';
import type { Settings } from '../../settings/types.ts';
import { type Context, usePermissions } from '../context.ts';
import { prefixesOf } from '../installed/all-prefixes.ts';

/**
 * The settings with the prefix that an install goes to: the one that holds if the user chose it or may write to it, else
 * the first that this user may write to. Where there is none, the failed write will say why.
 */
export async function withWritablePrefix(settings: Settings, context: Context): Promise<Settings> {
  const { reporter } = context;
  const [first, ...others] = prefixesOf(settings);
  if (settings.isPrefixChosen || others.length === 0 || (await isWritable(first))) return settings;
  for (const prefix of others)
    if (await isWritable(prefix)) {
      reporter.report({
        event: 'note',
        message: `${first} (${settings.origins.prefix.join(', ')}) is not yours to write to: taking ${prefix}`,
      });
      const morePrefixes = [first, ...others.filter((other) => other !== prefix)];
      return usePermissions({ ...settings, prefix, morePrefixes }, context);
    }
  return settings;
}

/** What is not there yet can be made where the nearest directory above it is writable. */
async function isWritable(prefix: Prefix): Promise<boolean> {
  let path = hostPath(prefix);
  while (path !== '/' && (await lstatIfThere(path)) === undefined) path = hostPath('..', path);
  return mayAccess(path, 'write');
}
