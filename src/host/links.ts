import { link, readlink, symlink } from 'node:fs/promises';
import { codeOf, fileError } from './files.ts';

/** Gives a file a second name; says whether it could: not every file system has hard links, nor may everybody make each. */
export async function linkIfPossible(from: string, to: string): Promise<boolean> {
  try {
    await link(from, to);
    return true;
  } catch (error) {
    if (['ENOSPC', 'EDQUOT', 'EIO', 'EROFS'].includes(codeOf(error) ?? '')) throw fileError(error, 'link', from, to);
    return false;
  }
}

export async function makeSymbolicLink(target: string, path: string): Promise<void> {
  await symlink(target, path).catch((error: unknown) => {
    throw fileError(error, 'create the link', path);
  });
}

/** Where a symbolic link leads, as it is written there. */
export async function readLink(path: string): Promise<string> {
  return readlink(path).catch((error: unknown) => {
    throw fileError(error, 'read', path);
  });
}
