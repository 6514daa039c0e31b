import { constants } from 'node:fs';
import { copyFile, type FileHandle, open, rm } from 'node:fs/promises';
import { CtinstallError } from '../lib/errors.ts';
import { codeOf } from './error-code.ts';
import { fileError } from './files.ts';
import { digestFormFor, startHasher } from './hasher.ts';
import { ignoreNoSync, setMode, syncFile } from './limits.ts';
import { openFile } from './open-file.ts';
import { forEachPiece } from './pieces.ts';

/**
 * The most that one call writes; the calls of a piece run at the same time. Linux 6.16 and later may keep an ext4 file in
 * memory in folios as large as the call, and on a virtual machine that gives free memory back to its host (free page
 * reporting, Linux 6.18) calls of 256 KiB and more took two to four times as long as these.
 */
const writeBytes = 128 * 1024;
/** When this much is new, the disk is asked to write it, unless it is still at it: keeps the last sync short. */
const syncEveryBytes = 32 * 1024 * 1024;

/** What tells the content of a file from another: one of both, or nothing where it was not read. See `hasher.ts`. */
export interface ContentHash {
  /** As hex. */
  readonly sha256: string | undefined;
  readonly digest?: string | undefined;
}

export interface CopiedFile extends ContentHash {
  /** Bytes. */
  readonly size: number;
  readonly how: 'cloned' | 'copied';
}

export interface CopyOptions {
  /**
   * Whether SHA-256 is asked for: it is then computed even where the file system clones the file with no byte read. Otherwise
   * what is copied gets the digest that several processors compute.
   */
  readonly needsSha256: boolean;
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
    const copy = { source, from, to, size: before.size, options };
    const hash = isCloned
      ? options.needsSha256
        ? await copyBytes(copy, undefined)
        : { sha256: undefined }
      : await copyToNewFile(copy);
    const after = await source.stat();
    if (before.size !== after.size || before.mtimeMs !== after.mtimeMs || before.ino !== after.ino) throw changed(from);
    return { ...hash, size: after.size, how: isCloned ? 'cloned' : 'copied' };
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

/** A copy that is going on. */
interface Copy {
  readonly source: FileHandle;
  readonly from: string;
  readonly to: string;
  /** Bytes, as far as is known. */
  readonly size: number;
  readonly options: CopyOptions;
}

async function copyToNewFile(copy: Copy): Promise<ContentHash> {
  const target = await open(copy.to, 'wx', copy.options.mode);
  try {
    const hash = await copyBytes(copy, target);
    await syncFile(target, copy.to);
    return hash;
  } finally {
    await target.close();
  }
}

/** Reads the source to its end, hashing, and writes to `target` if there is one. */
async function copyBytes(copy: Copy, target: FileHandle | undefined): Promise<ContentHash> {
  const { source, from, to, size, options } = copy;
  const hasher = startHasher(options.needsSha256 ? 'sha256' : digestFormFor(size), size);
  const syncing = target === undefined ? undefined : syncAsItGoes(target, to);
  let done = 0;
  try {
    await forEachPiece(source, {
      use: async (piece, position) => {
        const writing = target === undefined ? undefined : writeWhole(target, piece, position, to);
        // Both are done with the piece before it is used anew, also where one fails.
        const [hashed, written] = await Promise.allSettled([hasher.add(piece), writing]);
        for (const each of [written, hashed]) if (each.status === 'rejected') throw each.reason;
        done += piece.length;
        options.onProgress?.(done);
        syncing?.note(done);
      },
      capacity: hasher.capacity,
      readError: (error) => fileError(error, 'read', from),
      signal: options.signal,
    });
    await syncing?.finish();
    const hash = await hasher.digest();
    return options.needsSha256 ? { sha256: hash } : { sha256: undefined, digest: hash };
  } finally {
    await hasher.close();
  }
}

/** Has the disk write while more comes. */
function syncAsItGoes(target: FileHandle, to: string): { note: (bytes: number) => void; finish: () => Promise<void> } {
  let synced = 0;
  let syncing: Promise<void> | undefined;
  return {
    note: (bytes) => {
      if (syncing !== undefined || bytes - synced < syncEveryBytes) return;
      synced = bytes;
      syncing = target
        .datasync()
        .catch((error: unknown) => ignoreNoSync(error, to))
        .then(() => {
          syncing = undefined;
        });
      // The system tells of a lost write only once: a sync that failed stays, to be thrown at the end.
      syncing.catch(() => undefined);
    },
    finish: async () => {
      await syncing;
    },
  };
}

async function writeWhole(target: FileHandle, piece: Uint8Array, position: number, to: string): Promise<void> {
  const writing: Promise<void>[] = [];
  for (let at = 0; at < piece.length; at += writeBytes)
    writing.push(writeSlice(target, piece.subarray(at, at + writeBytes), position + at));
  await Promise.all(writing).catch((error: unknown) => {
    throw fileError(error, 'write', to);
  });
}

async function writeSlice(target: FileHandle, slice: Uint8Array, position: number): Promise<void> {
  for (let done = 0; done < slice.length; )
    done += (await target.write(slice, done, slice.length - done, position + done)).bytesWritten;
}
