import { lchown, lstat } from 'node:fs/promises';
import { fileError } from './files.ts';
import { setMode } from './limits.ts';

/** Changes the permission bits of a file or directory; a symbolic link is left as it is. Gives back those it has then. */
export async function changeMode(path: string, change: (mode: number) => number): Promise<number> {
  try {
    const stats = await lstat(path);
    const before = stats.mode & 0o7777;
    const after = stats.isSymbolicLink() ? before : change(before);
    if (after === before) return before;
    await setMode(path, after);
    return (await lstat(path)).mode & 0o7777;
  } catch (error) {
    throw fileError(error, 'change the permissions of', path);
  }
}

/** Changes the group of a file, directory or link, unless it has that group already. */
export async function changeGroup(path: string, gid: number): Promise<void> {
  try {
    const stats = await lstat(path);
    if (stats.gid === gid) return;
    await lchown(path, -1, gid);
  } catch (error) {
    throw fileError(error, 'change the group of', path);
  }
}
