import { statfs } from 'node:fs/promises';
import { fileError } from './files.ts';

/** A file system as `statfs` describes it. */
export interface FileSystemRoom {
  /** The kernel's number of its type. */
  readonly type: number;
  /** What this user may still write, in bytes, and of how many; undefined where the file system gives no sizes. */
  readonly freeBytes: number | undefined;
  readonly totalBytes: number | undefined;
  /** How many more files fit; undefined where the file system does not count them. */
  readonly freeFiles: number | undefined;
  readonly totalFiles: number | undefined;
}

/** @throws CtinstallError `filesystem` where `path` cannot be looked at */
export async function readFileSystemRoom(path: string): Promise<FileSystemRoom> {
  try {
    const { type, bavail, blocks, bsize, files, ffree } = await statfs(path);
    return {
      type: type >>> 0,
      freeBytes: blocks === 0 ? undefined : bavail * bsize,
      totalBytes: blocks === 0 ? undefined : blocks * bsize,
      freeFiles: files === 0 ? undefined : ffree,
      totalFiles: files === 0 ? undefined : files,
    };
  } catch (error) {
    throw fileError(error, 'look at', path);
  }
}
