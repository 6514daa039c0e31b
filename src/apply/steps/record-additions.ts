import { listDirectory, lstatIfThere } from '../../host/files.ts';
import { hashFile } from '../../host/hash-file.ts';
import { type HostPath, joinHost } from '../../lib/paths.ts';
import type { RecordAdditionsStep } from '../../plan/steps/record-additions.ts';
import { isUserSoftware } from '../../records/user-software.ts';
import { measureFile } from '../measured.ts';
import type { Measured } from '../types.ts';

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

/**
 * Measures what is staged after commands of the recipe ran: files that they added belong to the install, and what they
 * changed is measured again.
 */
export async function recordAdditions({ root }: RecordAdditionsStep, measured: Measured): Promise<void> {
  const files = [];
  for (const file of measured.files) {
    const path = joinHost(root, file.path);
    const stats = await lstatIfThere(path);
    if (stats === undefined) continue;
    const isAsRecorded = stats.size === file.size && stats.mtimeMs === file.mtimeMs;
    files.push(isAsRecorded || file.link !== undefined ? file : await measureFile(root, path, await hashFile(path)));
  }
  for (const added of await findUnlisted(root, new Set(files.map(({ path }) => path)))) {
    const path = joinHost(root, added);
    const isFile = (await lstatIfThere(path))?.isFile() === true;
    files.push(await measureFile(root, path, isFile ? await hashFile(path) : undefined));
  }
  measured.files.splice(0, measured.files.length, ...files);
}
