import { type Dirent, constants as fsConstants, type Stats } from 'node:fs';
import fs from 'node:fs/promises';
import { dirname } from 'node:path';
import { CtinstallError } from '../lib/errors.ts';
import { formatLine } from '../lib/format.ts';
import { codeOf } from './error-code.ts';
import { syncFile } from './limits.ts';
import { readWhole } from './open-file.ts';

/*
 * The file operations of the project. Each failure comes out as a CtinstallError that names the path; only "is it
 * there?" questions answer without one.
 */

export async function readText(path: string): Promise<string> {
  return attempt('read', path, async () => (await readWhole(path)).toString());
}

/** The text of a file, or undefined where there is none. */
export async function readTextIfThere(path: string): Promise<string | undefined> {
  return (await readBytesIfThere(path))?.toString();
}

/** What a file holds, or undefined where there is none. */
export async function readBytesIfThere(path: string): Promise<Buffer | undefined> {
  try {
    return await readWhole(path);
  } catch (error) {
    if (isMissing(error)) return undefined;
    throw fileError(error, 'read', path);
  }
}

/** Writes a file so that it is there whole or not at all: beside the target, to the disk, then renamed over it. */
export async function writeFileWhole(path: string, content: string, mode: number): Promise<void> {
  // The trailing `~` keeps modules tools from showing the part file as a version.
  const part = `${path}.${process.pid}-${Math.random().toString(36).slice(2)}.part~`;
  await attempt('write', path, async () => {
    try {
      const file = await fs.open(part, 'wx', mode);
      try {
        await file.writeFile(content);
        await syncFile(file, path);
      } finally {
        await file.close();
      }
      await fs.rename(part, path);
    } catch (error) {
      await fs.rm(part, { force: true });
      throw error;
    }
  });
}

/** What is no directory any more is not opened: it may be a FIFO. */
const onlyDirectory = fsConstants.O_RDONLY | fsConstants.O_DIRECTORY;

/** Has the entries of directories written to the disk, as far as the file system does that. */
export async function syncDirectories(paths: readonly string[]): Promise<void> {
  for (const path of paths) {
    const directory = await fs.open(path, onlyDirectory).catch(() => undefined);
    await directory?.sync().catch(() => undefined);
    await directory?.close();
  }
}

export async function makeDirectory(path: string): Promise<void> {
  await attempt('create directory', path, () => makeWithParents(path));
}

/** Node's own recursive mkdir says "no such file" of a disk that is full or read-only. */
async function makeWithParents(path: string): Promise<void> {
  const make = (): Promise<void> =>
    fs.mkdir(path).catch(async (error: unknown) => {
      if (!(await isDirectory(path))) throw error;
    });
  try {
    await make();
  } catch (error) {
    if (codeOf(error) !== 'ENOENT' || path === dirname(path)) throw error;
    await makeWithParents(dirname(path));
    await make();
  }
}

export async function rename(from: string, to: string): Promise<void> {
  await attempt('rename', from, () => fs.rename(from, to), to);
}

/**
 * Renames a file over what it was kept for. A file system that replaces nothing by renaming has that removed first: what is
 * put back can be put back again, if this ends in between.
 */
export async function renameBack(from: string, to: string): Promise<void> {
  await attempt(
    'move',
    from,
    async () => {
      try {
        await fs.rename(from, to);
      } catch (error) {
        if (!['EEXIST', 'EPERM', 'EINVAL', 'ENOTSUP'].includes(codeOf(error) ?? '')) throw error;
        await fs.rm(to, { force: true });
        await fs.rename(from, to);
      }
    },
    to,
  );
}

/** A second name for the file; a copy where the file system has no hard links, whole or not there at all. Replaces what is there. */
export async function linkOrCopy(from: string, to: string): Promise<void> {
  const part = `${to}.${process.pid}.part~`;
  await attempt('keep a copy of', from, async () => {
    await fs.rm(to, { force: true });
    try {
      await fs.link(from, to);
    } catch (error) {
      if (!['EPERM', 'ENOTSUP', 'EOPNOTSUPP', 'ENOSYS', 'EMLINK'].includes(codeOf(error) ?? '')) throw error;
      await fs.cp(from, part, { preserveTimestamps: true, verbatimSymlinks: true });
      await fs.rename(part, to);
    }
  });
}

export async function removeFile(path: string): Promise<void> {
  await attempt('remove', path, () => fs.rm(path, { force: true }));
}

export async function removeTree(path: string): Promise<void> {
  await attempt('remove', path, async () => {
    try {
      // A program of a run that was killed may still be writing in there.
      await fs.rm(path, { recursive: true, force: true, maxRetries: 6, retryDelay: 50 });
    } catch (error) {
      // A package may have made its directories read-only: the owner may still remove them.
      if (!['EACCES', 'EPERM'].includes(codeOf(error) ?? '')) throw error;
      await makeWritable(path);
      await fs.rm(path, { recursive: true, force: true });
    }
  });
}

/**
 * A link or a file is left as it is: the directory that it lies in is what cannot be written. What is not there any more is
 * no fault: removing goes on beside the directory that refused.
 */
async function makeWritable(path: string): Promise<void> {
  if ((await fs.lstat(path).catch(() => undefined))?.isDirectory() !== true) return;
  await fs.chmod(path, 0o700).catch(() => undefined);
  for (const entry of await fs.readdir(path, { withFileTypes: true }).catch(() => []))
    if (entry.isDirectory()) await makeWritable(`${path}/${entry.name}`);
}

/** Removes a directory if it is empty; says whether it is gone. */
export async function removeEmptyDirectory(path: string): Promise<boolean> {
  try {
    await fs.rmdir(path);
    return true;
  } catch (error) {
    if (['ENOTEMPTY', 'EEXIST'].includes(codeOf(error) ?? '')) return false;
    if (isMissing(error)) return true;
    throw fileError(error, 'remove', path);
  }
}

/** Entries of a directory by name, or none where it is not there. */
export async function listDirectory(path: string): Promise<Dirent[]> {
  try {
    const entries = await fs.readdir(path, { withFileTypes: true });
    return entries.sort((a, b) => (a.name < b.name ? -1 : 1));
  } catch (error) {
    if (isMissing(error)) return [];
    throw fileError(error, 'list', path);
  }
}

/** Follows symbolic links; undefined where nothing is there (or a link dangles, or it cannot be seen). */
export async function statIfThere(path: string): Promise<Stats | undefined> {
  return fs.stat(path).catch(() => undefined);
}

/** Of the name itself, not of what a link points to. */
export async function lstatIfThere(path: string): Promise<Stats | undefined> {
  return fs.lstat(path).catch(() => undefined);
}

export async function isFile(path: string): Promise<boolean> {
  return (await statIfThere(path))?.isFile() ?? false;
}

export async function isDirectory(path: string): Promise<boolean> {
  return (await statIfThere(path))?.isDirectory() ?? false;
}

/** Whether this user may do it, as far as the system says before trying. */
export async function mayAccess(path: string, how: Access): Promise<boolean> {
  return (await findRefusal(path, how)) === undefined;
}

type Access = 'read' | 'write' | 'execute';

/** The code of the error with which the system refuses it, such as `EACCES` or `EROFS`; undefined where it does not. */
export async function findRefusal(path: string, how: Access): Promise<string | undefined> {
  const mode = { read: fsConstants.R_OK, write: fsConstants.W_OK, execute: fsConstants.X_OK }[how];
  return fs.access(path, mode).then(
    () => undefined,
    (error: unknown) => codeOf(error) ?? 'EACCES',
  );
}

export async function realPath(path: string): Promise<string> {
  return attempt('resolve', path, () => fs.realpath(path));
}

export function isMissing(error: unknown): boolean {
  return ['ENOENT', 'ENOTDIR'].includes(codeOf(error) ?? '');
}

async function attempt<T>(action: string, path: string, work: () => Promise<T>, to?: string): Promise<T> {
  try {
    return await work();
  } catch (error) {
    throw fileError(error, action, path, to);
  }
}

/** Says of a system error what it means for the user. */
export function fileError(error: unknown, action: string, path: string, to?: string): CtinstallError {
  if (error instanceof CtinstallError) return error;
  const code = codeOf(error);
  const what = `cannot ${action} \`${formatLine(path)}\`${to === undefined ? '' : ` to \`${formatLine(to)}\``}`;
  switch (code) {
    case 'ENOSPC':
      return new CtinstallError('no-space', `${what}: no space left on the file system`, {
        hint: 'free some space, or install elsewhere with `--prefix <dir>`',
        cause: error,
      });
    case 'EDQUOT':
      return new CtinstallError('no-space', `${what}: your quota is used up`, {
        hint: 'free some space or files, or install elsewhere with `--prefix <dir>`',
        cause: error,
      });
    case 'EROFS':
      return new CtinstallError('prefix-not-writable', `${what}: the file system is read-only`, {
        hint: 'choose another place with `--prefix <dir>`',
        cause: error,
      });
    case 'EACCES':
    case 'EPERM':
      return new CtinstallError(
        action === 'read' || action === 'list' ? 'filesystem' : 'prefix-not-writable',
        `${what}: permission denied`,
        {
          hint:
            action === 'read' || action === 'list'
              ? 'ask its owner for read permission'
              : 'choose a place of your own with `--prefix <dir>`',
          cause: error,
        },
      );
    default:
      return new CtinstallError('filesystem', `${what}: ${describeSystemCode(error, code)}`, { cause: error });
  }
}

const systemCodes: Readonly<Record<string, string>> = {
  ENOENT: 'no such file or directory',
  ENOTDIR: 'part of the path is not a directory',
  EISDIR: 'it is a directory',
  EEXIST: 'it is there already',
  EIO: 'input/output error: the disk or the file system failed',
  ELOOP: 'too many symbolic links',
  ENAMETOOLONG: 'the name is too long',
  EXDEV: 'the two lie on different file systems',
  ESTALE: 'stale file handle: the file server changed it meanwhile',
};

function describeSystemCode(error: unknown, code: string | undefined): string {
  return (
    (code !== undefined ? systemCodes[code] : undefined) ?? (error instanceof Error ? error.message : String(error))
  );
}
