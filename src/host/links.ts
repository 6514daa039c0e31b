import { link, readlink, symlink, unlink } from 'node:fs/promises';
import { CtinstallError } from '../lib/errors.ts';
import { codeOf } from './error-code.ts';
import { fileError } from './files.ts';

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

/**
 * Makes sure that there can be symbolic links in a directory, by one that is gone again.
 * @param name of a file that is not there
 */
export async function requireSymbolicLinks(directory: string, name: string): Promise<void> {
  const path = `${directory}/${name}`;
  try {
    await symlink('.', path);
    await unlink(path);
  } catch (error) {
    if (!['EPERM', 'ENOTSUP', 'EOPNOTSUPP', 'ENOSYS'].includes(codeOf(error) ?? ''))
      throw fileError(error, 'create the link', path);
    throw new CtinstallError('filesystem', `the file system of \`${directory}\` has no symbolic links`, {
      hint: 'installs need them: choose a place on another file system with `--prefix <dir>`',
      cause: error,
    });
  }
}

/** Where a symbolic link leads, as it is written there. */
export async function readLink(path: string): Promise<string> {
  return readlink(path).catch((error: unknown) => {
    throw fileError(error, 'read', path);
  });
}
