import fs from 'node:fs/promises';
import { dirname } from 'node:path';
import { CtinstallError } from '../lib/errors.ts';
import { fileError, makeDirectory, realPath, syncDirectories } from './files.ts';
import { setMode, syncFile } from './limits.ts';

/**
 * Puts `text` in place of a file's content, so that the old or the new is there at any moment. The file keeps its
 * permissions; one that is a symbolic link stays so, and what it leads to is replaced. Makes what is missing.
 * @throws CtinstallError, among others for what is no ordinary file
 */
export async function replaceFile(path: string, text: string): Promise<void> {
  const stats = await fs.lstat(path).catch(() => undefined);
  const target = stats === undefined ? path : await realPath(path);
  const mode = stats === undefined ? undefined : await modeOfFile(target);
  await makeDirectory(dirname(target));
  const part = `${target}.${process.pid}.part~`;
  try {
    const file = await fs.open(part, 'wx', mode ?? 0o666);
    try {
      if (mode !== undefined) await setMode(part, mode);
      await file.writeFile(text);
      await syncFile(file, part);
    } finally {
      await file.close();
    }
    await fs.rename(part, target);
  } catch (error) {
    await fs.rm(part, { force: true });
    throw fileError(error, 'write', target);
  }
  await syncDirectories([dirname(target)]);
}

async function modeOfFile(path: string): Promise<number> {
  const stats = await fs.stat(path);
  if (!stats.isFile()) throw new CtinstallError('filesystem', `\`${path}\` is no file that could be replaced`);
  return stats.mode & 0o7777;
}
