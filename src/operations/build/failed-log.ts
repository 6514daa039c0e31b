import { readTextIfThere, removeFile, writeFileWhole } from '../../host/files.ts';
import { CtinstallError } from '../../lib/errors.ts';
import type { HostPath } from '../../lib/paths.ts';

/** By its first line it is known: a file of that name may be the user's own. */
const mark = '# ctinstall build: this was said when the image could not be built\n';

/** Keeps what was said of a build that failed. */
export async function keepLog(log: HostPath, text: string): Promise<void> {
  await writeFileWhole(log, `${mark}${text}`, 0o644);
}

/** Removes what was kept of an earlier build that failed; nothing else of that name. */
export async function removeLog(log: HostPath): Promise<void> {
  const text = await readTextIfThere(log).catch((error: unknown) => {
    // Not ours then.
    if (error instanceof CtinstallError) return undefined;
    throw error;
  });
  if (text?.startsWith(mark) === true) await removeFile(log);
}
