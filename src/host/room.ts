import { statfs, writeFile } from 'node:fs/promises';
import { fileError } from './files.ts';

/** What a file system has left for this user, where it tells: some give no sizes, others (btrfs) count no files. */
export async function freeRoom(path: string): Promise<{ bytes: number | undefined; files: number | undefined }> {
  try {
    const { bavail, blocks, bsize, files, ffree } = await statfs(path);
    return { bytes: blocks === 0 ? undefined : bavail * bsize, files: files === 0 ? undefined : ffree };
  } catch (error) {
    throw fileError(error, 'look at', path);
  }
}

/** Makes `count` empty files in a directory. */
export async function writeEmptyFiles(directory: string, count: number): Promise<void> {
  for (let number = 0; number < count; number += 1) {
    const path = `${directory}/${number}`;
    await writeFile(path, '', { flag: 'wx' }).catch((error: unknown) => {
      throw fileError(error, 'write', path);
    });
  }
}
