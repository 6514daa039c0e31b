import { removeEmptyDirectory, writeFileWhole } from '../host/files.ts';
import { type HostPath, joinHost, type Prefix, workNameOf } from '../lib/paths.ts';
import { readRecord, readRecords } from './record.ts';
import { removeBelow } from './remove-below.ts';

/** Images that a rebuild replaced and that stay for running jobs, by install (`<name>@<full version>`). */
export async function findRetiredImages(
  prefix: Prefix,
): Promise<Map<string, { installDir: HostPath; paths: HostPath[] }>> {
  const found = new Map<string, { installDir: HostPath; paths: HostPath[] }>();
  for (const { installDir, record } of await readRecords(prefix)) {
    if (record === undefined || record.retired.length === 0) continue;
    const paths = record.retired.map((path) => joinHost(installDir, path));
    const [name = '', fullVersion = ''] = installDir.split('/').slice(-2);
    found.set(workNameOf(name, fullVersion), { installDir, paths });
  }
  return found;
}

/** Removes them, and says so in the record; to be called with the lock held. */
export async function removeRetiredImages(installDir: HostPath): Promise<void> {
  const record = (await readRecord(installDir))?.record;
  if (record === undefined) return;
  const listed = new Set(record.files.map(({ path }) => path));
  for (const path of record.retired) if (!listed.has(path)) await removeBelow(installDir, path);
  await removeEmptyDirectory(joinHost(installDir, '.ctinstall', 'retired'));
  const text = `${JSON.stringify({ ...record, retired: [] }, undefined, 2)}\n`;
  await writeFileWhole(joinHost(installDir, '.ctinstall', 'record.json'), text, 0o644);
}
