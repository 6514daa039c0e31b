import { fileError, isFile } from './files.ts';
import { readWhole, whyUnfit } from './open-file.ts';

/**
 * The bytes of a regular file, or why there are none to be had: what stands there is no regular file, or it is larger than
 * `most` bytes. Never waits for a FIFO or a device, and never reads more than a little above `most`, whatever size the file
 * says it has.
 * @throws CtinstallError where the file cannot be opened or read
 */
export async function readUpTo(path: string, most: number): Promise<Buffer | 'no-file' | 'too-large'> {
  if (!(await isFile(path))) return 'no-file';
  try {
    return await readWhole(path, most);
  } catch (error) {
    const unfit = whyUnfit(error);
    if (unfit !== undefined) return unfit.kind === 'irregular' ? 'no-file' : 'too-large';
    throw fileError(error, 'read', path);
  }
}
