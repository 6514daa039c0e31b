import { constants } from 'node:fs';
import { copyFile } from 'node:fs/promises';
import { normalize } from 'node:path';
import { CtinstallError } from '../lib/errors.ts';
import { codeOf } from './error-code.ts';
import { fileError, removeFile } from './files.ts';
import { setMode } from './limits.ts';
import { run } from './run.ts';

/** What `cp` says in the C locale, and the code that the system gave it. */
const saidByCp: readonly (readonly [RegExp, string])[] = [
  [/No space left on device/, 'ENOSPC'],
  [/Disk quota exceeded/, 'EDQUOT'],
  [/Read-only file system/, 'EROFS'],
  [/Permission denied/, 'EACCES'],
  [/No such file or directory/, 'ENOENT'],
  [/Input\/output error/, 'EIO'],
  [/File too large/, 'EFBIG'],
];

export interface SystemCopyOptions {
  readonly mode: number;
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly signal?: AbortSignal | undefined;
}

/**
 * Copies a file that must not be there yet with no byte of it passing through a program: cloned where the file system can, or
 * else by `cp`, which has the system copy it. It may be in memory only when this returns. A failure leaves nothing at `to`.
 */
export async function copyBySystem(
  from: string,
  to: string,
  { mode, environment, signal }: SystemCopyOptions,
): Promise<void> {
  if (signal?.aborted === true) throw new CtinstallError('interrupted', 'interrupted');
  try {
    if (!(await cloneFile(from, to))) {
      const argv = ['cp', '--reflink=auto', '--', from, to] as const;
      // Killed, it leaves nothing going on: a copy in a thread of ours could not be stopped.
      const { exitCode, stderr } = await run(argv, { env: { ...environment, LC_ALL: 'C' }, signal });
      if (exitCode !== 0) throw errorOfCp(stderr);
    }
    await setMode(to, mode & ~process.umask());
  } catch (error) {
    // What was there before is not this copy's to remove.
    if (codeOf(error) !== 'EEXIST') await removeFile(to);
    throw fileError(error, 'copy', from, to);
  }
}

/** Copies what is in a directory into one that is there; links stay links, modes and times what they are. */
export async function copyTreeBySystem(
  from: string,
  to: string,
  { environment, signal }: Omit<SystemCopyOptions, 'mode'>,
): Promise<void> {
  const argv = ['cp', '-R', '--preserve=mode,timestamps,links', '--reflink=auto', '--', `${from}/.`, to] as const;
  // In the locale C it would write names in numbers.
  const { exitCode, stderr } = await run(argv, { env: { ...environment, LC_ALL: 'C.UTF-8' }, signal });
  if (exitCode === 0) return;
  const [, unread] =
    /^cp: cannot (?:open|access|read \w+) '(.+)'(?: for reading)?: Permission denied$/m.exec(stderr) ?? [];
  if (unread === undefined) throw fileError(errorOfCp(stderr), 'copy', from, to);
  throw fileError(errorOfCp(stderr), 'read', normalize(unread));
}

function errorOfCp(stderr: string): Error {
  const code = saidByCp.find(([words]) => words.test(stderr))?.[1];
  return Object.assign(new Error(stderr.trim()), code === undefined ? {} : { code });
}

async function cloneFile(from: string, to: string): Promise<boolean> {
  try {
    await copyFile(from, to, constants.COPYFILE_EXCL | constants.COPYFILE_FICLONE_FORCE);
    return true;
  } catch (error) {
    // Which error says "cannot clone" differs by file system; a real one shows again when the bytes are copied.
    if (codeOf(error) === 'EEXIST') throw error;
    return false;
  }
}
