import { realPath } from '../host/files.ts';
import { glibcNames } from '../mpi/library-kinds.ts';
import type { HostLibrary } from '../mpi/types.ts';
import { thisMachine } from './elf-files.ts';
import { type LibraryPlaces, nameOf } from './library-set.ts';

/** The files of the host's glibc with its loader, by the names they are asked for; none where it has another libc. */
export async function findHostGlibc({ search, lookAt }: LibraryPlaces): Promise<HostLibrary[]> {
  for (const directory of search.system) {
    const libc = await lookAt(`${directory}/libc.so.6`);
    // That file is a program too, which prints its version, and so it names its loader.
    if (libc?.machine !== thisMachine || libc.interpreter === undefined) continue;
    const loader = libc.interpreter;
    const paths = [loader, ...glibcNames.map((name) => `${directory}/${name}`)];
    const found = await Promise.all(
      paths.map(async (path): Promise<HostLibrary[]> => {
        const elf = await lookAt(path);
        if (elf === undefined) return [];
        const place = await realPath(path.replace(/\/[^/]*$/, ''));
        return [{ name: nameOf(path), path: `${place}/${nameOf(path)}`, elf }];
      }),
    );
    return found.flat();
  }
  return [];
}
