import {
  chmodSync,
  closeSync,
  copyFileSync,
  fchmodSync,
  constants as fsConstants,
  futimesSync,
  lutimesSync,
  mkdirSync,
  openSync,
  readdirSync,
  renameSync,
  symlinkSync,
  utimesSync,
  writeSync,
} from 'node:fs';
import { dirname } from 'node:path';
import { codeOf } from './error-code.ts';
import { fileError } from './files.ts';

/*
 * Trees of many small files. Each operation takes some 10 µs, a tenth of what a detour over another thread costs: so they
 * block, and what calls them waits for others between files.
 */

/** Seconds since 1970, and whether it can be run: all that is kept of a file besides its content. */
export interface FileFacts {
  readonly mtime: number;
  readonly isProgram: boolean;
}

/** Writes a file that must not be there yet, readable for everybody; directories above it are made. */
export async function writeTreeFile(path: string, pieces: AsyncIterable<Uint8Array>, facts: FileFacts): Promise<void> {
  const attempt = <T>(work: () => T): T => attemptTo('write', path, work);
  const file = attempt(() => withParents(path, () => openSync(path, 'wx', 0o644)));
  try {
    for await (const piece of pieces) attempt(() => writePiece(file, piece));
    attempt(() => {
      fchmodSync(file, facts.isProgram ? 0o755 : 0o644);
      futimesSync(file, facts.mtime, facts.mtime);
    });
  } finally {
    closeSync(file);
  }
}

function writePiece(file: number, piece: Uint8Array): void {
  for (let done = 0; done < piece.length; ) done += writeSync(file, piece, done);
}

export function moveTreeFile(from: string, to: string): void {
  attemptTo('move', from, () => withParents(to, () => renameSync(from, to)));
}

export function copyTreeFile(from: string, to: string): void {
  attemptTo('copy', from, () => withParents(to, () => copyFileSync(from, to, fsConstants.COPYFILE_EXCL)));
}

export function makeTreeLink(path: string, target: string, mtime: number): void {
  attemptTo('create', path, () => {
    withParents(path, () => symlinkSync(target, path));
    lutimesSync(path, mtime, mtime);
  });
}

/** Gives each directory of a tree this time and the permissions `755`. */
export function evenDirectories(root: string, mtime: number): void {
  attemptTo('change', root, () => {
    for (const entry of readdirSync(root, { withFileTypes: true }))
      if (entry.isDirectory()) evenDirectories(`${root}/${entry.name}`, mtime);
    chmodSync(root, 0o755);
    utimesSync(root, mtime, mtime);
  });
}

/** Makes the directories above `path` only where they turn out to be missing. */
function withParents<T>(path: string, work: () => T): T {
  try {
    return work();
  } catch (error) {
    if (codeOf(error) !== 'ENOENT') throw error;
    mkdirSync(dirname(path), { recursive: true });
    return work();
  }
}

function attemptTo<T>(action: string, path: string, work: () => T): T {
  try {
    return work();
  } catch (error) {
    throw fileError(error, action, path);
  }
}
