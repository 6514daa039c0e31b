import { listDirectory } from '../host/files.ts';
import { type HostPath, joinHost } from '../lib/paths.ts';
import { isUserSoftware } from './user-software.ts';

/**
 * Files and links below an install dir that are not among `listed`, relative to it. User software is never looked at, nor
 * what ctinstall and its scripts note in `.ctinstall`.
 */
export async function findUnlisted(installDir: HostPath, listed: ReadonlySet<string>): Promise<string[]> {
  const found: string[] = [];
  const walk = async (below: string): Promise<void> => {
    for (const entry of await listDirectory(joinHost(installDir, below))) {
      const path = below === '' ? entry.name : `${below}/${entry.name}`;
      if (isUserSoftware(path) || path === '.ctinstall') continue;
      if (entry.isDirectory()) await walk(path);
      else if (!listed.has(path)) found.push(path);
    }
  };
  await walk('');
  return found;
}
