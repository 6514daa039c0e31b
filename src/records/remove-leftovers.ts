import type { HostPath } from '../lib/paths.ts';
import { readRecord } from './record.ts';
import { removeBelow } from './remove-below.ts';

/** Removes files of an earlier install, but for those that the record lists now: a recipe's commands may have made them again. */
export async function removeLeftovers(installDir: HostPath, files: readonly string[]): Promise<void> {
  const listed = new Set((await readRecord(installDir))?.record?.files.map(({ path }) => path));
  for (const file of files) if (!listed.has(file)) await removeBelow(installDir, file);
}
