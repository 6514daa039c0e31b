import { isLoader } from './library-kinds.ts';
import type { HostLibrary, ImageLibrary, ImageMpi } from './types.ts';
import { compareVersions, newest } from './versions.ts';

/** A file of the host that is bound over one of the image. */
export interface Covered {
  readonly library: HostLibrary;
  /** In the image, links followed. */
  readonly file: string;
}

/** The host's glibc in place of the image's, or why that would end in crashes. */
export type GlibcOverlay =
  | { readonly kind: 'fit'; readonly glibc: string; readonly files: readonly Covered[] }
  | { readonly kind: 'unfit'; readonly why: string };

function unfit(why: string): GlibcOverlay {
  return { kind: 'unfit', why: `the host's glibc cannot take the place of the image's: ${why}` };
}

/**
 * Puts the host's glibc over the image's, file by file, with the loader. All of it or nothing: the loader and the libraries of
 * one version speak with each other by symbols that change with each. Over the files, and not on LD_LIBRARY_PATH, as the loader
 * stands in each program by its path, and a program that is started without that variable would get the two mixed.
 * Only a newer one can stand in: it gives all that an older one does.
 */
export function overlayGlibc(host: readonly HostLibrary[], image: ImageMpi): GlibcOverlay {
  const theirs = versionOf(host);
  if (theirs === undefined || !host.some(({ name }) => isLoader(name))) return unfit('the host has no GNU libc');
  if (image.glibc === undefined) return unfit('it has none');
  if (compareVersions(theirs, image.glibc) <= 0)
    return unfit(`it is ${theirs}, which is not newer than ${image.glibc} of the image`);
  const loader = image.glibcFiles.find(({ name }) => isLoader(name));
  if (loader === undefined) return unfit('the loader of the image was not found');
  const covered = image.glibcFiles.map((own) => ({ own, library: host.find(({ name }) => name === own.name) }));
  const left = covered.find(({ own, library }) => library === undefined && isBoundToItsGlibc(own));
  if (left !== undefined) return unfit(`the image's ${left.own.name} works with its own only, and the host has none`);
  const [ourDirectory, theirDirectory] = [image.glibcFiles, host].map(directoryOfLibc);
  if (ourDirectory !== theirDirectory && !image.hasLoaderCache)
    return unfit(
      `its loader looks in \`${theirDirectory}\`, the image's libraries are in \`${ourDirectory}\`, and the image has no /etc/ld.so.cache`,
    );
  const files = covered.flatMap(({ own, library }) => (library === undefined ? [] : [{ library, file: own.file }]));
  return { kind: 'fit', glibc: theirs, files };
}

/** Modules for names of users and hosts are loaded where a program asks for such, and passed over where they do not fit. */
function isBoundToItsGlibc({ name, elf }: ImageLibrary): boolean {
  return !name.startsWith('libnss_') && elf.versionsNeeded.some(({ version }) => version === 'GLIBC_PRIVATE');
}

function versionOf(libraries: readonly HostLibrary[]): string | undefined {
  const libc = libraries.find(({ name }) => name === 'libc.so.6');
  return libc === undefined ? undefined : newest(libc.elf.versionsGiven, 'GLIBC');
}

/** `/lib64` is `/usr/lib64`, or does as that. */
function directoryOfLibc(libraries: readonly { readonly name: string; readonly path: string }[]): string | undefined {
  const path = libraries.find(({ name }) => name === 'libc.so.6')?.path;
  return path?.replace(/\/[^/]*$/, '').replace(/^\/usr\//, '/');
}
