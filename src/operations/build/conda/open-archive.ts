import type { Readable } from 'node:stream';
import { type Entry, open, type ZipFile } from 'yauzl';
import { decompress, readPieces } from '../../../host/decompress.ts';

/**
 * The tar streams of a package file, one after the other: that of a `.tar.bz2`, or those of `info` and of the package of a
 * `.conda`, which is a zip of `.tar.zst` files (conda-package-handling, form 2).
 * @param path the `PATH` on which programs that decompress are looked for
 * @throws Error for what is no such file
 */
export async function* openArchive(file: string, path: string | undefined): AsyncGenerator<Readable> {
  if (!file.endsWith('.conda')) {
    yield await decompress(readPieces(file), 'bzip2', { path });
    return;
  }
  const zip = await openZip(file);
  try {
    for await (const entry of entriesOf(zip))
      if (/^(info|pkg)-[^/]*\.tar\.zst$/.test(entry.fileName))
        yield await decompress(await openEntry(zip, entry), 'zstd', { path, size: entry.compressedSize });
  } finally {
    zip.close();
  }
}

function openZip(file: string): Promise<ZipFile> {
  return new Promise((resolve, reject) => {
    open(file, { lazyEntries: true, autoClose: false }, (error, zip) =>
      error === null ? resolve(zip) : reject(error),
    );
  });
}

async function* entriesOf(zip: ZipFile): AsyncGenerator<Entry> {
  for (let left = zip.entryCount; left > 0; left -= 1)
    yield await new Promise<Entry>((resolve, reject) => {
      zip.once('entry', resolve).once('error', reject);
      zip.readEntry();
    });
}

function openEntry(zip: ZipFile, entry: Entry): Promise<Readable> {
  return new Promise((resolve, reject) => {
    zip.openReadStream(entry, (error, stream) => (error === null ? resolve(stream) : reject(error)));
  });
}
