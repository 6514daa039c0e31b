import { viewOf } from './bytes.ts';
import { type DirectoryEntry, parseDirectory, renderDirectory } from './squashfs-directory.ts';
import { type Read, readStoredMetadata } from './squashfs-metadata.ts';
import type { Piece } from './write-sif.ts';

/** An entry of the root directory that is to have another name. */
export interface Renaming {
  readonly from: string;
  readonly to: string;
  /** What is called `to` is left out of the directory: its files are in the image still, and nothing leads to them. */
  readonly replaces: boolean;
}

export type Renamed =
  | { readonly kind: 'renamed'; readonly pieces: readonly Piece[] }
  /** The name is there already. */
  | { readonly kind: 'taken'; readonly name: string }
  /** What was found instead, as a clause. */
  | { readonly kind: 'unfit'; readonly why: string };

/** Forms of the inode of a directory: how long it is, and where in it are the bytes that change. */
const basic = { length: 32, block: 16, links: 20, offset: 26 } as const;
const extended = { length: 40, block: 24, links: 16, offset: 34 } as const;
/** In the flags of the superblock: the tables of inodes and directories are not compressed. */
export const inodesStored = 0x1;

/**
 * Gives entries of the root of a squashfs other names, by writing over bytes of its root directory and of the inode of that;
 * every other byte stays. `mksquashfs` cannot add to a directory that an image has: it adds under another name, from which
 * this makes the right one. The new names together must not be longer than the old ones, and the root directory not
 * compressed, as it is where the flag {@link inodesStored} is set while `mksquashfs` appends. Whether that was so is looked at.
 * @param read of the squashfs; offsets are from its start, as are those of the pieces
 */
export async function renameInRoot(read: Read, renamings: readonly Renaming[]): Promise<Renamed> {
  const superblock = viewOf(await read(0, 96));
  const at = Number(superblock.getBigUint64(64, true)) + Number(superblock.getBigUint64(32, true) >> 16n);
  const skip = Number(superblock.getBigUint64(32, true) & 0xffffn);
  const type = (await readStoredMetadata(read, at, { skip, length: 2 }))?.bytes[0];
  const form = type === 1 ? basic : type === 8 ? extended : undefined;
  const inode = form && (await readStoredMetadata(read, at, { skip, length: form.length }));
  if (form === undefined || inode === undefined) return { kind: 'unfit', why: 'its root directory is compressed' };
  const changed = inode.bytes.slice();
  const view = viewOf(changed);
  const size = form === basic ? view.getUint16(24, true) : view.getUint32(20, true);
  const listing = await readStoredMetadata(
    read,
    Number(superblock.getBigUint64(72, true)) + view.getUint32(form.block, true),
    { skip: view.getUint16(form.offset, true), length: size - 3 },
  );
  if (listing === undefined) return { kind: 'unfit', why: 'the listing of its root directory is compressed' };
  const entries = tryParse(listing.bytes);
  if (entries === undefined) return { kind: 'unfit', why: 'the listing of its root directory is damaged' };

  const outcome = renameEntries(entries, renamings);
  if ('kind' in outcome) return outcome;
  const rendered = renderDirectory(outcome.entries);
  if (rendered.length > listing.bytes.length) return { kind: 'unfit', why: 'there is no room for the new names' };
  const size3 = rendered.length + 3;
  if (form === basic) view.setUint16(24, size3, true);
  else {
    view.setUint32(20, size3, true);
    // Without an index, which only makes large directories quicker.
    view.setUint16(32, 0, true);
  }
  view.setUint32(form.links, view.getUint32(form.links, true) - outcome.replaced, true);
  const filled = new Uint8Array(listing.bytes.length);
  filled.set(rendered);
  return { kind: 'renamed', pieces: [...inode.put(changed), ...listing.put(filled)] };
}

function tryParse(bytes: Uint8Array): DirectoryEntry[] | undefined {
  try {
    return parseDirectory(bytes);
  } catch (error) {
    if (error instanceof RangeError) return undefined;
    throw error;
  }
}

function renameEntries(
  before: readonly DirectoryEntry[],
  renamings: readonly Renaming[],
): { entries: readonly DirectoryEntry[]; replaced: number } | Exclude<Renamed, { kind: 'renamed' }> {
  let entries = before;
  let replaced = 0;
  for (const { from, to, replaces } of renamings) {
    const [nameBefore, nameAfter] = [bytesOf(from), bytesOf(to)];
    const old = entries.find(({ name }) => name === nameAfter);
    if (old !== undefined && !replaces) return { kind: 'taken', name: to };
    if (old !== undefined && old.type !== 1) return { kind: 'unfit', why: `its \`/${to}\` is no directory` };
    if (!entries.some(({ name }) => name === nameBefore))
      return { kind: 'unfit', why: `there is no \`/${from}\` that was to be \`/${to}\`` };
    if (old !== undefined) replaced += 1;
    entries = entries
      .filter((entry) => entry !== old)
      .map((entry) => (entry.name === nameBefore ? { ...entry, name: nameAfter } : entry));
  }
  return { entries, replaced };
}

/** As the names of a listing are read. */
function bytesOf(name: string): string {
  return Buffer.from(name).toString('latin1');
}
