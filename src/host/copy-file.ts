import { createHash } from 'node:crypto';
import { constants } from 'node:fs';
import { copyFile, type FileHandle, open, rm } from 'node:fs/promises';
import { CtinstallError } from '../lib/errors.ts';
import { codeOf } from './error-code.ts';
import { fileError } from './files.ts';
import { ignoreNoSync, setMode, syncFile } from './limits.ts';
import { openFile } from './open-file.ts';

/** Two pieces are in flight: one is read while the other is hashed and written. */
const pieceBytes = 4 * 1024 * 1024;
/**
 * The most that one call writes; the calls of a piece run at the same time. Linux 6.16 and later may keep an ext4 file in
 * memory in folios as large as the call, and on a virtual machine that gives free memory back to its host (free page
 * reporting, Linux 6.18) calls of 256 KiB and more took two to four times as long as these.
 */
const writeBytes = 128 * 1024;
/** When this much is new, the disk is asked to write it, unless it is still at it: keeps the last sync short. */
const syncEveryBytes = 32 * 1024 * 1024;

export interface CopiedFile {
  /** SHA-256 as hex; undefined where the file was cloned and nobody asked for it. */
  readonly sha256: string | undefined;
  /** Bytes. */
  readonly size: number;
  readonly how: 'cloned' | 'copied';
}

export interface CopyOptions {
  /** Whether the hash is wanted even where the file system clones the file with no byte read. */
  readonly needsHash: boolean;
  readonly mode: number;
  /** The file as it was when somebody looked at it: another size or time is an error. */
  readonly expected?: { readonly size: number; readonly mtimeMs: number };
  readonly onProgress?: (bytes: number) => void;
  readonly signal?: AbortSignal | undefined;
}

/**
 * Copies a file that must not be there yet, reading each byte once and hashing it as it goes; cloned where the file
 * system can. On disk when it returns. A failure leaves nothing at `to`.
 * @throws CtinstallError `image-changed` when the source's size or time of change differs at the end
 */
export async function copyFileHashed(from: string, to: string, options: CopyOptions): Promise<CopiedFile> {
  const source = await openFile(from).catch((error: unknown) => {
    throw fileError(error, 'read', from);
  });
  try {
    const before = await source.stat();
    const expected = options.expected ?? before;
    if (before.size !== expected.size || before.mtimeMs !== expected.mtimeMs) throw changed(from);
    const isCloned = await cloneFile(source, to);
    if (isCloned) await finishClone(to, options.mode);
    const sha256 = isCloned
      ? options.needsHash
        ? await copyBytes(source, undefined, from, to, options)
        : undefined
      : await copyToNewFile(source, from, to, options);
    const after = await source.stat();
    if (before.size !== after.size || before.mtimeMs !== after.mtimeMs || before.ino !== after.ino) throw changed(from);
    return { sha256, size: after.size, how: isCloned ? 'cloned' : 'copied' };
  } catch (error) {
    // What was there before is not this copy's to remove.
    if (codeOf(error) !== 'EEXIST') await rm(to, { force: true });
    throw fileError(error, 'copy', from, to);
  } finally {
    await source.close();
  }
}

function changed(path: string): CtinstallError {
  return new CtinstallError('image-changed', `\`${path}\` changed while it was read`, {
    hint: 'wait until whoever writes it is done, then run again',
  });
}

/** By the open file: what has its name by now may be another, or a FIFO. */
async function cloneFile({ fd }: FileHandle, to: string): Promise<boolean> {
  try {
    await copyFile(`/proc/self/fd/${fd}`, to, constants.COPYFILE_EXCL | constants.COPYFILE_FICLONE_FORCE);
    return true;
  } catch (error) {
    // Which error says "cannot clone" differs by file system; a real one shows again when the bytes are copied.
    if (codeOf(error) === 'EEXIST') throw error;
    return false;
  }
}

/** A clone has the mode of its source, and may be in memory only. */
async function finishClone(to: string, mode: number): Promise<void> {
  await setMode(to, mode & ~process.umask());
  const clone = await open(to, 'r');
  try {
    await syncFile(clone, to);
  } finally {
    await clone.close();
  }
}

async function copyToNewFile(source: FileHandle, from: string, to: string, options: CopyOptions): Promise<string> {
  const target = await open(to, 'wx', options.mode);
  try {
    const sha256 = await copyBytes(source, target, from, to, options);
    await syncFile(target, to);
    return sha256;
  } finally {
    await target.close();
  }
}

/** Reads `source` to its end, hashing, and writes to `target` if there is one. */
async function copyBytes(
  source: FileHandle,
  target: FileHandle | undefined,
  from: string,
  to: string,
  options: CopyOptions,
): Promise<string> {
  const hash = createHash('sha256');
  const pieces = [Buffer.allocUnsafe(pieceBytes), Buffer.allocUnsafe(pieceBytes)] as const;
  const readAt = (turn: number, position: number): Promise<number> =>
    source.read(pieces[turn === 0 ? 0 : 1], 0, pieceBytes, position).then(
      ({ bytesRead }) => bytesRead,
      (error: unknown) => {
        throw fileError(error, 'read', from);
      },
    );
  let position = 0;
  let synced = 0;
  let syncing: Promise<void> | undefined;
  let turn = 0;
  let reading = readAt(turn, 0);
  for (;;) {
    const bytes = await reading;
    if (bytes === 0) break;
    if (options.signal?.aborted) throw new CtinstallError('interrupted', 'interrupted');
    const piece = pieces[turn === 0 ? 0 : 1].subarray(0, bytes);
    turn = 1 - turn;
    reading = readAt(turn, position + bytes);
    // Without a handler a read that fails while this piece is written would end the process.
    reading.catch(() => undefined);
    const writing = target === undefined ? undefined : writeWhole(target, piece, position, to);
    writing?.catch(() => undefined);
    hash.update(piece);
    await writing;
    position += bytes;
    options.onProgress?.(position);
    if (target !== undefined && syncing === undefined && position - synced >= syncEveryBytes) {
      synced = position;
      syncing = target
        .datasync()
        .catch((error: unknown) => ignoreNoSync(error, to))
        .then(() => {
          syncing = undefined;
        });
      // The system tells of a lost write only once: a sync that failed stays, to be thrown at the end.
      syncing.catch(() => undefined);
    }
  }
  await syncing;
  return hash.digest('hex');
}

async function writeWhole(target: FileHandle, piece: Buffer, position: number, to: string): Promise<void> {
  const writing: Promise<void>[] = [];
  for (let at = 0; at < piece.length; at += writeBytes)
    writing.push(writeSlice(target, piece.subarray(at, at + writeBytes), position + at));
  await Promise.all(writing).catch((error: unknown) => {
    throw fileError(error, 'write', to);
  });
}

async function writeSlice(target: FileHandle, slice: Buffer, position: number): Promise<void> {
  for (let done = 0; done < slice.length; )
    done += (await target.write(slice, done, slice.length - done, position + done)).bytesWritten;
}
