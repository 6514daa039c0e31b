/** A file or symbolic link in an image: paths begin with `/`. */
export interface ListedFile {
  readonly kind: 'file' | 'link';
  readonly path: string;
  /** Of a link, as it stands. */
  readonly target: string;
}

/** What is in an image, by path. */
export type ImageListing = ReadonlyMap<string, ListedFile>;

/** Characters of paths that are looked at: others are in no name of a library, and would need quoting. */
const plainPath = /^(\/[\w.+@~-]+)+$/;

/** Reads what `unsquashfs -ll` prints: `-rw-r--r-- root/root 123 2024-01-01 00:00 squashfs-root/usr/lib/libx.so`. */
export function parseListing(text: string): ImageListing {
  const files = new Map<string, ListedFile>();
  for (const line of text.split('\n')) {
    const type = line[0];
    if (type !== '-' && type !== 'l') continue;
    const at = line.indexOf(' squashfs-root/');
    if (at === -1) continue;
    const [path = '', target = ''] = line.slice(at + ' squashfs-root'.length).split(' -> ');
    if (plainPath.test(path)) files.set(path, { kind: type === 'l' ? 'link' : 'file', path, target });
  }
  return files;
}

/** More than the kernel follows. */
const mostLinks = 40;

/** The regular file that a path leads to, all links in it followed as the kernel does; undefined where it leads nowhere. */
export function followLinks(listing: ImageListing, path: string): string | undefined {
  let rest = path.split('/').filter((part) => part !== '');
  let done: string[] = [];
  for (let links = 0; rest.length > 0; ) {
    const [part = '', ...others] = rest;
    rest = others;
    if (part === '.') continue;
    if (part === '..') {
      done = done.slice(0, -1);
      continue;
    }
    const entry = listing.get(`/${[...done, part].join('/')}`);
    if (entry?.kind === 'link') {
      if (++links > mostLinks) return undefined;
      rest = [...entry.target.split('/').filter((each) => each !== ''), ...rest];
      if (entry.target.startsWith('/')) done = [];
    } else done = [...done, part];
  }
  const end = `/${done.join('/')}`;
  return listing.get(end)?.kind === 'file' ? end : undefined;
}
