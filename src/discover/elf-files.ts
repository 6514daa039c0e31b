import type { LookAtElf } from '../elf/closure.ts';
import { readElf } from '../elf/read-elf.ts';
import { ownDirectories, parseLdSoConf } from '../elf/search.ts';
import type { ReadElf } from '../elf/types.ts';
import { withFileReader } from '../host/file-reader.ts';
import { listDirectory, readTextIfThere, statIfThere } from '../host/files.ts';
import { CtinstallError } from '../lib/errors.ts';

const machineNames: Readonly<Record<string, string>> = { x64: 'x86_64', arm64: 'aarch64', ppc64: 'ppc64le' };
/** As `uname -m` says it. */
export const thisMachine = machineNames[process.arch] ?? process.arch;

/** Reads an ELF file; undefined where there is no file, or none that may be read. */
export async function readElfFile(path: string): Promise<ReadElf | undefined> {
  try {
    if ((await statIfThere(path))?.isFile() !== true) return undefined;
    return await withFileReader(path, readElf);
  } catch (error) {
    if (!(error instanceof CtinstallError) || error.code === 'interrupted') throw error;
    return undefined;
  }
}

/** Each file once, however often it is asked for. `root` is where `/` is. */
export function elfFiles(root = ''): LookAtElf {
  const known = new Map<string, ReturnType<LookAtElf>>();
  const lookAt: LookAtElf = async (path) => {
    const read = await readElfFile(`${root}${path}`);
    return read?.kind === 'elf' ? read.elf : undefined;
  };
  return (path) => {
    const before = known.get(path) ?? lookAt(path);
    known.set(path, before);
    return before;
  };
}

/** Deep enough for any real one; a file may include itself. */
const mostFiles = 200;

/** Where the loader of the system at `root` looks by itself: what ld.so.conf names, then its own. The cache is not asked. */
export async function systemDirectories(root = ''): Promise<string[]> {
  const directories: string[] = [];
  const files = ['/etc/ld.so.conf'];
  for (let index = 0; index < files.length && index < mostFiles; index++) {
    const file = files[index] ?? '';
    const { directories: named, includes } = parseLdSoConf(
      (await readTextIfThere(`${root}${file}`).catch(() => '')) ?? '',
    );
    directories.push(...named);
    for (const include of includes) files.push(...(await matching(include, file, root)));
  }
  return [...new Set([...directories, ...ownDirectories])];
}

/** The files of a pattern such as `/etc/ld.so.conf.d/*.conf`, sorted; a relative one begins beside the file that names it. */
async function matching(include: string, from: string, root: string): Promise<string[]> {
  const pattern = include.startsWith('/') ? include : from.replace(/[^/]*$/, include);
  const directory = pattern.replace(/\/[^/]*$/, '');
  const name = new RegExp(
    `^${pattern
      .slice(directory.length + 1)
      .replace(/[.+^${}()|[\]\\]/g, '\\$&')
      .replaceAll('*', '[^/]*')
      .replaceAll('?', '.')}$`,
  );
  const entries = await listDirectory(`${root}${directory}`).catch(() => []);
  return entries
    .map((entry) => entry.name)
    .filter((each) => name.test(each))
    .toSorted()
    .map((each) => `${directory}/${each}`);
}
