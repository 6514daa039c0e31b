import { copyFile, mkdir, mkdtemp, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fileError, removeTree } from './files.ts';

/**
 * Does some work in a directory of its own, which is gone afterwards, whatever happens.
 * @throws CtinstallError where none can be made in `parent`
 */
export async function withTemporaryDirectory<T>(parent: string, work: (directory: string) => Promise<T>): Promise<T> {
  const directory = await mkdtemp(join(parent, 'ctinstall-')).catch((error: unknown) => {
    throw fileError(error, 'write to', parent);
  });
  try {
    return await work(directory);
  } finally {
    await removeTree(directory);
  }
}

/** Below `root`: empty directories and files, and copies of files of this machine at the same place. */
export async function writeTree(
  root: string,
  { directories, empty, copies }: Readonly<Record<'directories' | 'empty' | 'copies', readonly string[]>>,
): Promise<void> {
  for (const path of directories) await attempt(join(root, path), (to) => mkdir(to, { recursive: true }));
  for (const path of [...empty, ...copies])
    await attempt(dirname(join(root, path)), (to) => mkdir(to, { recursive: true }));
  for (const path of empty) await attempt(join(root, path), (to) => writeFile(to, ''));
  for (const path of copies) await attempt(join(root, path), (to) => copyFile(path, to));
}

async function attempt(path: string, work: (path: string) => Promise<unknown>): Promise<void> {
  await work(path).catch((error: unknown) => {
    throw fileError(error, 'write', path);
  });
}
