import { discoverFileQuota, type FileQuota } from '../../discover/file-quota.ts';
import type { HostPath } from '../../lib/paths.ts';
import type { Context } from '../context.ts';

/** How many files there may be, where the file system tells, as data and as a line. */
export async function tellFileQuota(
  directory: HostPath,
  { environment }: Context,
): Promise<(FileQuota & { readonly text: string }) | undefined> {
  const quota = await discoverFileQuota(directory, environment).catch(() => undefined);
  if (quota === undefined) return undefined;
  const percent = Math.round((100 * quota.used) / quota.most);
  return { ...quota, text: `files of ${quota.whose}: ${quota.used} of ${quota.most}, ${percent} %` };
}
