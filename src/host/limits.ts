import type { FileHandle } from 'node:fs/promises';
import { chmod, lstat } from 'node:fs/promises';
import { geteuid } from 'node:process';
import { codeOf } from './error-code.ts';

/*
 * What some file systems do not do, and the work goes on without: it is told of once.
 */

const told = new Set<string>();
const untold: string[] = [];

/** What was met since the last call, each once in the life of this process, as a sentence for the user. */
export function takeLimitsMet(): string[] {
  return untold.splice(0);
}

function meet(kind: 'fsync' | 'chmod', sentence: string): void {
  if (told.has(kind)) return;
  told.add(kind);
  untold.push(sentence);
}

const unsupported = ['EINVAL', 'ENOTSUP', 'EOPNOTSUPP', 'ENOSYS'];

/** Has a file's content on the disk, as far as the file system does that. */
export async function syncFile(file: FileHandle, path: string): Promise<void> {
  await file.sync().catch((error: unknown) => ignoreNoSync(error, path));
}

/** @throws what was thrown, unless the file system has no such thing as a sync */
export function ignoreNoSync(error: unknown, path: string): void {
  const code = codeOf(error) ?? '';
  if (!unsupported.includes(code)) throw error;
  meet(
    'fsync',
    `the file system of \`${path}\` does not tell when a file is on the disk (fsync: ${code}): what was just written may be lost if the machine stops now`,
  );
}

/** Sets the permissions of a file of this user's, where the file system has any: with access lists or one mode for all it refuses. */
export async function setMode(path: string, mode: number): Promise<void> {
  try {
    await chmod(path, mode);
  } catch (error) {
    const code = codeOf(error) ?? '';
    const isRefused = code === 'EPERM' ? (await lstat(path)).uid === geteuid?.() : unsupported.includes(code);
    if (!isRefused) throw error;
    meet(
      'chmod',
      `the file system of \`${path}\` does not let permissions be changed (chmod: ${code}): files keep those that it gives them`,
    );
  }
}
