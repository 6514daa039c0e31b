import fs from 'node:fs/promises';
import { codeOf } from './error-code.ts';
import { fileError, isMissing } from './files.ts';

/*
 * Names that only one of many processes can make, on whatever nodes they run and on network file systems too: what locks are
 * made of.
 */

/**
 * Creates a file that must not be there yet, with its content in one step; says whether it was created. Where the disk is
 * full or the quota used up, the file is there but empty: to remove something must still be possible.
 * @returns the content that the file was created with, or undefined where there is one already
 */
export async function createFileOnce(path: string, content: string): Promise<string | undefined> {
  // link(2) fails if the target is there, on NFS too, where O_EXCL was not always kept.
  const part = `${path}.${process.pid}.${Math.random().toString(36).slice(2)}.part~`;
  try {
    const written = await writeIfThereIsRoom(part, content);
    return (await linkOnce(part, path, written)) ? written : undefined;
  } catch (error) {
    throw fileError(error, 'create', path);
  } finally {
    await fs.rm(part, { force: true }).catch(() => undefined);
  }
}

async function writeIfThereIsRoom(path: string, content: string): Promise<string> {
  try {
    await fs.writeFile(path, content, { flag: 'wx' });
    return content;
  } catch (error) {
    if (!['ENOSPC', 'EDQUOT'].includes(codeOf(error) ?? '')) throw error;
    await fs.writeFile(path, '');
    return '';
  }
}

async function linkOnce(part: string, path: string, content: string): Promise<boolean> {
  try {
    await fs.link(part, path);
    return true;
  } catch (error) {
    // A file server may have made the link, and been asked again because its answer was lost: then there are two names.
    if (codeOf(error) === 'EEXIST') return (await fs.stat(part)).nlink === 2;
    if (!['EPERM', 'ENOTSUP', 'EOPNOTSUPP', 'ENOSYS'].includes(codeOf(error) ?? '')) throw error;
    return writeExclusively(path, content);
  }
}

/** Where there are no hard links. */
async function writeExclusively(path: string, content: string): Promise<boolean> {
  try {
    await fs.writeFile(path, content, { flag: 'wx' });
    return true;
  } catch (error) {
    if (codeOf(error) === 'EEXIST') return false;
    throw error;
  }
}

/** Creates a symbolic link that must not be there yet; says whether it is there now with this target. */
export async function createLinkOnce(path: string, target: string): Promise<boolean> {
  try {
    await fs.symlink(target, path);
    return true;
  } catch (error) {
    if (codeOf(error) === 'EEXIST') return (await readLinkIfThere(path)) === target;
    throw fileError(error, 'create', path);
  }
}

/** Where a symbolic link points to; undefined where there is nothing, '' where something else is there. */
export async function readLinkIfThere(path: string): Promise<string | undefined> {
  try {
    return await fs.readlink(path);
  } catch (error) {
    if (isMissing(error)) return undefined;
    if (codeOf(error) === 'EINVAL') return '';
    throw fileError(error, 'read', path);
  }
}
