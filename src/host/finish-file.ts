import { dirname } from 'node:path';
import { fileError, rename, syncDirectories } from './files.ts';
import { setMode, syncFile } from './limits.ts';
import { openFile } from './open-file.ts';

/** Puts a file that another program wrote into place, so that it is there whole or not at all: to the disk, then renamed. */
export async function finishFile(part: string, to: string, mode: number): Promise<void> {
  try {
    await setMode(part, mode & ~process.umask());
    const file = await openFile(part);
    try {
      await syncFile(file, part);
    } finally {
      await file.close();
    }
  } catch (error) {
    throw fileError(error, 'write', to);
  }
  await rename(part, to);
  await syncDirectories([dirname(to)]);
}
