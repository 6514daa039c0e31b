import { fileError } from './files.ts';
import { openFile } from './open-file.ts';

/** Opens a file for reads at any place, and closes it when the work is done. */
export async function withFileReader<T>(
  path: string,
  work: (reader: { size: number; read: (offset: number, length: number) => Promise<Uint8Array> }) => Promise<T>,
): Promise<T> {
  const refuse = (error: unknown): never => {
    throw fileError(error, 'read', path);
  };
  const file = await openFile(path).catch(refuse);
  try {
    const { size } = await file.stat().catch(refuse);
    const read = async (offset: number, length: number): Promise<Uint8Array> => {
      const { buffer, bytesRead } = await file.read(new Uint8Array(length), 0, length, offset).catch(refuse);
      return buffer.subarray(0, bytesRead);
    };
    return await work({ size, read });
  } finally {
    await file.close();
  }
}
