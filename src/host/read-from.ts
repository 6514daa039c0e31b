import { codeOf } from './error-code.ts';
import { fileError } from './files.ts';
import { openFile, whyUnfit } from './open-file.ts';

const most = 64 * 1024;

/** At most 64 KiB of a file, from a place on, or up to its end where that is negative; nothing where there is no regular file. */
export async function readFrom(path: string, from: number): Promise<Buffer> {
  try {
    const file = await openFile(path);
    try {
      const start = from < 0 ? Math.max(0, (await file.stat()).size + from) : from;
      const { buffer, bytesRead } = await file.read(Buffer.alloc(most), 0, most, start);
      return buffer.subarray(0, bytesRead);
    } finally {
      await file.close();
    }
  } catch (error) {
    if (codeOf(error) === 'ENOENT' || whyUnfit(error) !== undefined) return Buffer.alloc(0);
    throw fileError(error, 'read', path);
  }
}
