import { statfs, writeFile } from 'node:fs/promises';
import { fileError } from './files.ts';

/** What a file system has left for this user: bytes, and files where it counts them (btrfs does not). */
export async function freeRoom(path: string): Promise<{ bytes: number; files: number | undefined }> {
  try {
    const { bavail, bsize, files, ffree } = await statfs(path);
    return { bytes: bavail * bsize, files: files === 0 ? undefined : ffree };
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
