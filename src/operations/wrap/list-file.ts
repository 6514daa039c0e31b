import { relative } from 'node:path';
import { isFile } from '../../host/files.ts';
import { CtinstallError } from '../../lib/errors.ts';
import { type HostPath, hostPath } from '../../lib/paths.ts';
import type { WrapRequest } from './types.ts';

/** The list of what is to be installed: where it is, and how the easyconfig writes that. @throws CtinstallError */
export async function requireList(
  { what, beside, context }: WrapRequest,
  kinds: string,
): Promise<{ path: HostPath; written: string }> {
  const path = hostPath(what, context.cwd);
  if (!(await isFile(path)))
    throw new CtinstallError('filesystem', `there is no file \`${path}\``, { hint: `name ${kinds}` });
  // By its name if it lies beside.
  const near = relative(beside, path);
  return { path, written: near.startsWith('..') ? path : near };
}
