import { relative } from 'node:path';
import { isFile } from '../../host/files.ts';
import { CtinstallError } from '../../lib/errors.ts';
import { type HostPath, hostPath } from '../../lib/paths.ts';
import type { Context } from '../context.ts';
import type { WrapRequest } from './types.ts';

const listKinds = {
  pip: 'a `requirements.txt`, or packages: `numpy pandas`',
  conda: 'an `environment.yml`, or a list of packages as `conda list --explicit` prints it',
} as const;
type ListKind = keyof typeof listKinds;

/** @throws CtinstallError `filesystem` where there is no list */
export async function requireFile(what: string, kind: ListKind, { cwd }: Pick<Context, 'cwd'>): Promise<HostPath> {
  const path = hostPath(what, cwd);
  if (await isFile(path)) return path;
  throw new CtinstallError('filesystem', `there is no file \`${path}\``, { hint: `name ${listKinds[kind]}` });
}

/** The list of what is to be installed: where it is, and how the easyconfig writes that. @throws CtinstallError */
export async function requireList(
  { what, beside, context }: WrapRequest,
  kind: ListKind,
): Promise<{ path: HostPath; written: string }> {
  const path = await requireFile(what, kind, context);
  // By its name if it lies beside.
  const near = relative(beside, path);
  return { path, written: near.startsWith('..') ? path : near };
}
