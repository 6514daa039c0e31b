import { closeSync, constants, fstatSync, openSync, readSync, type Stats, statSync } from 'node:fs';
import { type FileHandle, open, stat } from 'node:fs/promises';
import { CtinstallError } from '../lib/errors.ts';
import { formatBytes, formatLine } from '../lib/format.ts';

/*
 * How files are opened for reading. In a prefix that a group shares, or behind a name that a user gives, may stand what is no
 * file: opening a FIFO waits for a writer, for ever and deaf to signals; a device may have no end, or do something when it is
 * opened. So it is looked at before it is opened, opened in a way that never waits, and looked at once more, as it may have
 * been replaced in between.
 */

const flags = constants.O_RDONLY | constants.O_NONBLOCK | constants.O_NOCTTY;
/** No record, modulefile, recipe or settings file is so large: what is read as a whole must fit into memory. */
const mostTextBytes = 64 * 2 ** 20;
const pieceBytes = 64 * 1024;

/** Why a file is not read that is there: the cause of the error. */
export type Unfit = { readonly kind: 'irregular'; readonly what: string } | { readonly kind: 'too-large' };

/** Undefined for other errors. */
export function whyUnfit(error: unknown): Unfit | undefined {
  const cause = error instanceof CtinstallError ? error.cause : undefined;
  return typeof cause === 'object' && cause !== null && 'kind' in cause ? (cause as Unfit) : undefined;
}

/**
 * Opens a regular file for reading; never waits, whatever is there. A directory fails when it is read.
 * @throws CtinstallError for what is neither file nor directory; system errors as they are
 */
export async function openFile(path: string): Promise<FileHandle> {
  return (await openSeen(path, await stat(path))).file;
}

async function openSeen(path: string, before: Stats): Promise<{ readonly file: FileHandle; readonly size: number }> {
  refuseIrregular(path, before);
  const file = await open(path, flags).catch(explained(path));
  try {
    const stats = await file.stat();
    refuseIrregular(path, stats);
    return { file, size: stats.size };
  } catch (error) {
    await file.close();
    throw error;
  }
}

/**
 * The bytes of a regular file of at most `most` bytes, whatever size it says it has; none for `/dev/null`.
 * @throws CtinstallError for one that is {@link Unfit}; system errors as they are
 */
export async function readWhole(path: string, most: number = mostTextBytes): Promise<Buffer> {
  const before = await stat(path);
  if (isNull(before)) return Buffer.alloc(0);
  const { file, size } = await openSeen(path, before);
  try {
    if (size > most) throw tooLarge(path, most);
    const pieces: Buffer[] = [];
    for (let length = 0; length <= most; ) {
      const { bytesRead, buffer } = await file.read(Buffer.allocUnsafe(nextLength(size, length)));
      pieces.push(buffer.subarray(0, bytesRead));
      length += bytesRead;
      if (isEnd(bytesRead, buffer, { size, length })) return joined(pieces);
    }
    throw tooLarge(path, most);
  } finally {
    await file.close();
  }
}

/** Where {@link readTextNow} reads short files: memory of their own for thousands of them would keep the garbage collector busy. */
let scratch: Buffer | undefined;

/** The text of a file as {@link readWhole} reads it, without the detour over another thread; undefined where there is none. */
export function readTextNow(path: string, most: number = mostTextBytes): string | undefined {
  // An error that is thrown takes as long as reading.
  const before = statSync(path, { throwIfNoEntry: false });
  if (before === undefined) return undefined;
  if (isNull(before)) return '';
  refuseIrregular(path, before);
  const file = openNow(path);
  try {
    const stats = fstatSync(file);
    refuseIrregular(path, stats);
    if (stats.size > most) throw tooLarge(path, most);
    scratch ??= Buffer.allocUnsafeSlow(pieceBytes);
    const pieces: Buffer[] = [];
    for (let length = 0; length <= most; ) {
      const next = nextLength(stats.size, length);
      const buffer = length === 0 && next <= scratch.length ? scratch.subarray(0, next) : Buffer.allocUnsafe(next);
      const bytesRead = readSync(file, buffer);
      pieces.push(buffer.subarray(0, bytesRead));
      length += bytesRead;
      if (isEnd(bytesRead, buffer, { size: stats.size, length })) return joined(pieces).toString();
    }
    throw tooLarge(path, most);
  } finally {
    closeSync(file);
  }
}

function openNow(path: string): number {
  try {
    return openSync(path, flags);
  } catch (error) {
    return explained(path)(error);
  }
}

/** The rest of the file in one go, and one byte to see that it ends there; files of /proc say that they have none. */
function nextLength(size: number, length: number): number {
  return size > length ? size - length + 1 : pieceBytes;
}

/** A regular file gives less than it is asked for only where it ends; that of /proc says nothing of its size, and may. */
function isEnd(
  bytesRead: number,
  asked: Buffer,
  { size, length }: { readonly size: number; readonly length: number },
): boolean {
  return bytesRead === 0 || (bytesRead < asked.length && size > 0 && length >= size);
}

function joined(pieces: readonly Buffer[]): Buffer {
  const [first] = pieces;
  return pieces.length === 1 && first !== undefined ? first : Buffer.concat(pieces);
}

/** What a path leads to that is neither file nor directory; undefined for those. */
function describeIrregular(stats: Stats): string | undefined {
  if (stats.isFile() || stats.isDirectory()) return undefined;
  if (stats.isFIFO()) return 'a FIFO';
  if (stats.isSocket()) return 'a socket';
  return 'a device';
}

function refuseIrregular(path: string, stats: Stats): void {
  const what = describeIrregular(stats);
  if (what !== undefined) throw irregular(path, what);
}

function irregular(path: string, what: string): CtinstallError {
  return new CtinstallError('filesystem', `cannot read \`${formatLine(path)}\`: it is ${what}, not a regular file`, {
    hint: 'remove it, or have its owner remove it, if nobody needs it',
    cause: { kind: 'irregular', what } satisfies Unfit,
  });
}

/** A socket, or a device without its hardware, that came after the first look. */
function explained(path: string): (error: unknown) => never {
  return (error) => {
    const code = typeof error === 'object' && error !== null && 'code' in error ? error.code : undefined;
    throw code === 'ENXIO' || code === 'ENODEV' ? irregular(path, 'a socket or device') : error;
  };
}

/** `/dev/null` is how many say "no such file": the one device that is as good as one. Number 1, 3 on Linux. */
function isNull(stats: Stats): boolean {
  return stats.isCharacterDevice() && stats.rdev === 0x103;
}

function tooLarge(path: string, most: number): CtinstallError {
  return new CtinstallError(
    'filesystem',
    `cannot read \`${formatLine(path)}\`: it has more than ${formatBytes(most)}`,
    {
      hint: 'see whether it is the file that was meant',
      cause: { kind: 'too-large' } satisfies Unfit,
    },
  );
}
