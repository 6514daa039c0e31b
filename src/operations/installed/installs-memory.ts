import { listDirectories } from '../../host/many-files.ts';
import { type Memory, readMemory } from '../../host/memory.ts';
import { CtinstallError } from '../../lib/errors.ts';
import { hostPath, joinHost, type Prefix } from '../../lib/paths.ts';
import type { Context } from '../context.ts';

/** With fewer installs, all of it is read in no time. */
const fewest = 50;
/** A memory of another form counts for nothing. */
const form = 1;

/** What is remembered of the installs under the prefixes; undefined where there are few, or the user has no home. */
export async function readInstallsMemory(
  prefixes: readonly Prefix[],
  { environment }: Pick<Context, 'environment'>,
): Promise<Memory | undefined> {
  const { HOME: home, XDG_CACHE_HOME: cacheHome } = environment;
  const cache = cacheHome?.startsWith('/') ? cacheHome : home?.startsWith('/') ? `${home}/.cache` : undefined;
  if (cache === undefined) return undefined;
  const listings = await listDirectories(prefixes.map((prefix) => joinHost(prefix, 'software')));
  let count = 0;
  for (const listed of listings) count += listed instanceof CtinstallError ? 0 : listed.length;
  if (count < fewest) return undefined;
  const about = [form, ...prefixes].join('\0');
  return readMemory({ file: joinHost(hostPath(cache), 'ctinstall', `installs-${shortHash(about)}.json`), about });
}

/** FNV-1a, 32 bits: two that fall together take the place from each other. To load what computes a SHA-256 takes far longer. */
function shortHash(text: string): string {
  let hash = 0x811c9dc5;
  for (const byte of Buffer.from(text)) hash = Math.imul(hash ^ byte, 0x01000193);
  return (hash >>> 0).toString(16).padStart(8, '0');
}
