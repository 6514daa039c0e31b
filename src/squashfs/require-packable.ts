import { findRefusal, listDirectory, statIfThere } from '../host/files.ts';
import { CtinstallError } from '../lib/errors.ts';
import type { HostPath } from '../lib/paths.ts';

/**
 * Makes sure that an existing installation can be packed.
 * @throws CtinstallError `filesystem` where it is no directory, cannot be read, or holds nothing
 */
export async function requirePackable(directory: HostPath): Promise<void> {
  const fail = (what: string, hint: string): never => {
    throw new CtinstallError('filesystem', `the directory \`${directory}\` ${what}`, { hint });
  };
  const stats = await statIfThere(directory);
  if (stats === undefined) return fail('is not there', 'name the installation that is to be packed by its full path');
  if (!stats.isDirectory()) return fail('is a file', 'name the directory of the installation');
  const refusal = await findRefusal(directory, 'read');
  if (refusal !== undefined) return fail(`cannot be read: ${refusal}`, 'ask its owner for read permission');
  if ((await listDirectory(directory)).length === 0) return fail('is empty', 'is it the one that you mean?');
}
