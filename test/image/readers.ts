import { open, stat } from 'node:fs/promises';
import type { ImageReader } from '../../src/image/types.ts';

/** A reader that counts what it is asked for. */
export interface CountingReader extends ImageReader {
  /** Bytes asked for, all reads together. */
  requested: number;
  reads: number;
}

export function bytesReader(bytes: Uint8Array): CountingReader {
  return counting(bytes.length, async (offset, length) => bytes.slice(offset, offset + length));
}

/** A file that is opened for each read and never left open. */
export async function fileReader(path: string): Promise<CountingReader> {
  const { size } = await stat(path);
  return counting(size, async (offset, length) => {
    const file = await open(path, 'r');
    try {
      const { buffer, bytesRead } = await file.read(Buffer.alloc(length), 0, length, offset);
      return buffer.subarray(0, bytesRead);
    } finally {
      await file.close();
    }
  });
}

/** A file of `size` bytes whose bytes beyond `bytes` are zeros, without the memory for them. */
export function sparseReader(bytes: Uint8Array, size: number): CountingReader {
  return counting(size, async (offset, length) => {
    const wanted = new Uint8Array(Math.max(0, Math.min(length, size - offset)));
    if (offset < bytes.length) wanted.set(bytes.subarray(offset, offset + wanted.length));
    return wanted;
  });
}

function counting(size: number, read: ImageReader['read']): CountingReader {
  const reader: CountingReader = {
    size,
    requested: 0,
    reads: 0,
    read(offset, length) {
      if (!Number.isSafeInteger(offset) || !Number.isSafeInteger(length) || offset < 0 || length < 0) {
        throw new TypeError(`a read of ${length} bytes at ${offset}`);
      }
      if (length > 4 * 1024 * 1024) throw new TypeError(`a read of ${length} bytes`);
      reader.requested += length;
      reader.reads++;
      return read(offset, length);
    },
  };
  return reader;
}
