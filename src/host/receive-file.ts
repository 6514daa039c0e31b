import { createHash, type Hash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import fs from 'node:fs/promises';
import { dirname } from 'node:path';
import { fileError, makeDirectory, statIfThere } from './files.ts';
import { syncFile } from './limits.ts';

export interface Received {
  readonly sha256: string;
  readonly md5: string;
  readonly size: number;
}

export interface ReceiveOptions {
  readonly onBytes: (count: number) => void;
  /** Throws where the file is not to be kept. */
  readonly verify: (received: Received) => void;
}

/**
 * Writes what comes to a file that is there whole, verified and on disk, or not at all.
 * @throws what `verify` and the pieces throw
 */
export async function receiveFile(
  pieces: AsyncIterable<Uint8Array>,
  path: string,
  options: ReceiveOptions,
): Promise<void> {
  await makeDirectory(dirname(path));
  const part = `${path}.${process.pid}-${Math.random().toString(36).slice(2)}.part~`;
  const system = (error: unknown): unknown => fileError(error, 'write', path);
  const file = await fs.open(part, 'wx', 0o666).catch((error: unknown) => {
    throw system(error);
  });
  try {
    const hashes = startHashes();
    for await (const piece of pieces) {
      hashes.add(piece);
      await file.writeFile(piece).catch((error: unknown) => {
        throw system(error);
      });
      options.onBytes(piece.length);
    }
    options.verify(hashes.finish());
    await syncFile(file, part);
    await fs.rename(part, path);
  } finally {
    await file.close();
    await fs.rm(part, { force: true });
  }
}

/** The hashes of a file that is there, or undefined. */
export async function hashesOf(path: string): Promise<Received | undefined> {
  if ((await statIfThere(path)) === undefined) return undefined;
  const hashes = startHashes();
  try {
    for await (const piece of createReadStream(path, { highWaterMark: 2 ** 20 })) hashes.add(piece);
  } catch (error) {
    throw fileError(error, 'read', path);
  }
  return hashes.finish();
}

function startHashes(): { add: (piece: Uint8Array) => void; finish: () => Received } {
  const [sha256, md5]: [Hash, Hash] = [createHash('sha256'), createHash('md5')];
  let size = 0;
  return {
    add: (piece) => {
      sha256.update(piece);
      md5.update(piece);
      size += piece.length;
    },
    finish: () => ({ sha256: sha256.digest('hex'), md5: md5.digest('hex'), size }),
  };
}
