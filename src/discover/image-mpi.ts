import type { Elf } from '../elf/types.ts';
import { withFileReader } from '../host/file-reader.ts';
import { withTemporaryDirectory } from '../host/temporary.ts';
import { readImage } from '../image/read-image.ts';
import { CtinstallError } from '../lib/errors.ts';
import { mpiOfName } from '../mpi/families.ts';
import { glibcNames, isLoader } from '../mpi/library-kinds.ts';
import type { ImageLibrary, ImageMpi, LookedAtMpi } from '../mpi/types.ts';
import { newest } from '../mpi/versions.ts';
import { readElfFile } from './elf-files.ts';
import { followLinks, type ImageListing, parseListing } from './image-listing.ts';
import { nameOf } from './library-set.ts';
import { ask, type Machine } from './machine.ts';

/** Seconds: an image of a million files is listed in some ten. */
const mostSeconds = 120;

/**
 * What an image has of MPI, without running anything of it: its directory is listed, and the libraries that count are taken out
 * and read. `names`: of libraries of the host, which are compared with those of the image.
 */
export async function lookAtImageMpi(image: string, names: readonly string[], machine: Machine): Promise<LookedAtMpi> {
  try {
    const offset = await withFileReader(image, async (reader) => {
      const description = await readImage(reader, image);
      return description.kind === 'sif' ? description.rootFileSystem.offset : description.offset;
    });
    const from = ['-o', `${offset}`] as const;
    const listed = await ask(['unsquashfs', '-ll', ...from, image], machine, { seconds: mostSeconds });
    if (listed.kind !== 'answered' || listed.exitCode !== 0)
      return { image: undefined, why: '`unsquashfs` cannot list it: squashfs-tools from 4.4 on are needed' };
    const listing = parseListing(listed.stdout);
    const chosen = choose(listing, names);
    return await withTemporaryDirectory(machine.environment.TMPDIR || '/tmp', async (directory) => {
      const files = [...new Set(chosen.map(({ file }) => file))];
      const to = ['-no-progress', '-no-xattrs', '-force', '-dest', `${directory}/root`] as const;
      if (files.length > 0)
        await ask(['unsquashfs', ...to, ...from, image, ...files.map((file) => file.slice(1))], machine, {
          seconds: mostSeconds,
        });
      const read = await Promise.all(
        chosen.map(async ({ path, file }): Promise<ImageLibrary[]> => {
          const elf = await readElfFile(`${directory}/root${file}`);
          return elf?.kind === 'elf' ? [{ name: nameOf(path), path, file, elf: elf.elf }] : [];
        }),
      );
      return { image: describe(read.flat(), listing) };
    });
  } catch (error) {
    if (!(error instanceof CtinstallError) || error.code === 'interrupted') throw error;
    return { image: undefined, why: error.message };
  }
}

/** Where the loader of an image looks, the first before the others. */
const usual = [
  /^\/usr\/local\/lib(64)?\/[^/]*$/,
  /^\/(usr\/)?lib\/[\w-]+-linux-gnu\/[^/]*$/,
  /^\/(usr\/)?lib64\/[^/]*$/,
  /^\/(usr\/)?lib\/[^/]*$/,
];

/** Compilers' libraries and libc: their versions decide what else runs. */
const basic = [...glibcNames, 'libstdc++.so.6', 'libgcc_s.so.1', 'libgfortran.so.5', 'libfabric.so.1'];

/** Programs and modules that may need an MPI; more than these are not looked at. */
const users = /\/mpi4py\/MPI[^/]*\.so$|\/h5py\/h5\.[^/]*\.so$|^\/(opt|usr\/local)\/.*bin\/[^/]+$|\/osu_[^/]+$/;
const mostUsers = 200;
/** Of these the first: a conda environment has a thousand programs. */
const likelyUsers = /\.so$|\/osu_[^/]+$/;

const programs = /\/bin\/(python3|mpicc(\.mpich|\.openmpi)?)$/;

function choose(listing: ImageListing, names: readonly string[]): { path: string; file: string }[] {
  const wanted = new Set([...basic, ...names]);
  const placed: { path: string; rank: number }[] = [];
  const found: string[] = [];
  for (const path of listing.keys()) {
    const name = nameOf(path);
    // Debian puts libraries for programs of 32 bits beside the others.
    if (/\/i[3-6]86-linux-gnu\//.test(path)) continue;
    if (mpiOfName(name) !== undefined) found.push(path);
    else if (wanted.has(name) || isLoader(name)) {
      const rank = usual.findIndex((pattern) => pattern.test(path));
      if (rank !== -1) placed.push({ path, rank });
    }
  }
  const ranked = placed.toSorted((a, b) => a.rank - b.rank).map(({ path }) => path);
  const first = ranked.filter((path, index) => ranked.findIndex((other) => nameOf(other) === nameOf(path)) === index);
  const rankOf = (path: string): number =>
    (usual.findIndex((pattern) => pattern.test(path)) + usual.length + 1) % (usual.length + 1);
  const mpis = found.filter((path) => /\.so\.\d+$/.test(path)).toSorted((a, b) => rankOf(a) - rankOf(b));
  const may = [...listing.keys()].filter((path) => users.test(path));
  const needing = [true, false].flatMap((isLikely) => may.filter((path) => likelyUsers.test(path) === isLikely));
  return [...first, ...mpis, ...needing.slice(0, mostUsers)].flatMap((path) => {
    const file = followLinks(listing, path);
    return file === undefined ? [] : [{ path, file }];
  });
}

function describe(read: readonly ImageLibrary[], listing: ImageListing): ImageMpi {
  const mpis = read.flatMap((library) => {
    const mpi = mpiOfName(library.name);
    return mpi === undefined ? [] : [{ ...library, mpi }];
  });
  const needsMpi = ({ needed }: Elf): boolean => needed.some((name) => mpiOfName(name) !== undefined);
  const libc = read.find(({ name }) => name === 'libc.so.6');
  const loader = nameOf(libc?.elf.interpreter ?? '');
  return {
    libraries: read.filter(({ path }) => !users.test(path)),
    mpis,
    users: read.filter(({ path, elf }) => users.test(path) && needsMpi(elf)),
    programs: [...listing.keys()].filter((path) => programs.test(path)),
    glibc: libc === undefined ? undefined : newest(libc.elf.versionsGiven, 'GLIBC'),
    glibcFiles: read.filter(({ name }) => glibcNames.includes(name) || name === loader),
    hasLoaderCache: listing.has('/etc/ld.so.cache'),
    machine: (libc ?? read[0])?.elf.machine,
  };
}
