import { chmod, copyFile, mkdir, mkdtemp, writeFile } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { fileError, removeTree } from './files.ts';

/**
 * Does some work in a directory of its own, which is gone afterwards, whatever happens. Its name begins with `start`, and its
 * path is absolute, also where `TMPDIR` is not.
 * @throws CtinstallError where none can be made in `parent`
 */
export async function withTemporaryDirectory<T>(
  parent: string,
  work: (directory: string) => Promise<T>,
  start = 'ctinstall-',
): Promise<T> {
  const directory = await mkdtemp(join(resolve(parent), start)).catch((error: unknown) => {
    throw fileError(error, 'write to', parent);
  });
  try {
    return await work(directory);
  } finally {
    await removeTree(directory);
  }
}

export interface Tree {
  readonly directories: readonly string[];
  readonly empty: readonly string[];
  /** Files of this machine, at the same place below the root of the tree. */
  readonly copies: readonly string[];
}

/** Makes a tree that everybody can read, whatever the umask of this session is. */
export async function writeTree(root: string, { directories, empty, copies }: Tree): Promise<void> {
  await attempt(root, makeReadableDirectory);
  const above = [...directories, ...[...empty, ...copies].map(dirname)].flatMap(withParents);
  for (const path of new Set(above)) await attempt(join(root, path), makeReadableDirectory);
  for (const path of empty)
    await attempt(join(root, path), async (to) => {
      await writeFile(to, '');
      await chmod(to, 0o644);
    });
  for (const path of copies)
    await attempt(join(root, path), async (to) => {
      await copyFile(path, to);
      await chmod(to, 0o755);
    });
}

async function makeReadableDirectory(path: string): Promise<void> {
  await mkdir(path, { recursive: true });
  await chmod(path, 0o755);
}

/** `a`, `a/b`, `a/b/c` of `a/b/c`. */
function withParents(path: string): string[] {
  const parts = path.split('/').filter((part) => part !== '' && part !== '.');
  return parts.map((_, index) => parts.slice(0, index + 1).join('/'));
}

async function attempt(path: string, work: (path: string) => Promise<unknown>): Promise<void> {
  await work(path).catch((error: unknown) => {
    throw fileError(error, 'write', path);
  });
}
