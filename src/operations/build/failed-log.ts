import { lstatIfThere, readTextIfThere, removeFile, writeFileWhole } from '../../host/files.ts';
import { CtinstallError } from '../../lib/errors.ts';
import { type HostPath, hostPath } from '../../lib/paths.ts';

/** By its first line it is known: a file of that name may be the user's own. */
const mark = '# ctinstall build: this was said when the image could not be built\n';

/** Keeps what was said of a build that failed, beside a file of that name that is not ours. Gives back where. */
export async function keepLog(log: HostPath, text: string): Promise<HostPath> {
  let to = log;
  for (let count = 1; !(await isOurs(to)) && (await lstatIfThere(to)) !== undefined; count += 1)
    to = hostPath(`${log}.${count}`);
  await writeFileWhole(to, `${mark}${text}`, 0o644);
  return to;
}

/** Removes what was kept of an earlier build that failed; nothing else of that name. */
export async function removeLog(log: HostPath): Promise<void> {
  if (await isOurs(log)) await removeFile(log);
}

async function isOurs(log: HostPath): Promise<boolean> {
  const text = await readTextIfThere(log).catch((error: unknown) => {
    if (error instanceof CtinstallError) return undefined;
    throw error;
  });
  return text?.startsWith(mark) === true;
}
