import { basename } from 'node:path';
import { isDirectory, isFile } from '../../host/files.ts';
import { type HostPath, hostPath } from '../../lib/paths.ts';
import type { Context } from '../context.ts';

/** Whether a word is a package rather than a requirements file: `numpy`, `pandas>=2`, `torch[extra]==2.3`, `./my-package`. */
export async function isPackageList(word: string, { cwd }: Context): Promise<boolean> {
  const local = localPackageOf(word, cwd);
  if (local !== undefined) return isArchive(word) || isDirectory(local);
  const isPackage = /^[A-Za-z0-9][\w.-]*(\[[\w,. -]*\])?\s*([=<>!~].*)?$/.test(word);
  return isPackage && !/\.txt$/i.test(word) && !(await isFile(hostPath(word, cwd)));
}

/** Packages, then from the first option on what is for pip itself. */
export function splitPip(words: readonly string[]): { packages: readonly string[]; options: readonly string[] } {
  const at = words.findIndex((word) => word.startsWith('-'));
  return at < 0 ? { packages: words, options: [] } : { packages: words.slice(0, at), options: words.slice(at) };
}

/** Where a package lies that a word names by its path, as pip would take it: a directory with a slash in it, or an archive. */
export function localPackageOf(word: string, cwd: HostPath): HostPath | undefined {
  const isPath = /^\.{0,2}\//.test(word) || word === '.' || word === '..' || isArchive(word);
  return isPath && !word.includes('://') ? hostPath(word, cwd) : undefined;
}

/** `demo_tool-1.0-py3-none-any.whl` and `demo_tool-1.0.tar.gz` are called `demo_tool`, a directory as it is. */
export function nameOfPackage(word: string, cwd: HostPath): string {
  const local = localPackageOf(word, cwd);
  if (local === undefined) return /^[\w.-]+/.exec(word)?.[0] ?? '';
  return isArchive(word) ? basename(local).replace(/-\d.*/, '') : basename(local);
}

function isArchive(word: string): boolean {
  return /\.(whl|tar\.gz|zip)$/.test(word);
}
