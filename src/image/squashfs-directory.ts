/** The listing of a directory in squashfs 4.0. Source: Linux `fs/squashfs/squashfs_fs.h`, `dir.c`. */
import { viewOf } from './bytes.ts';

export interface DirectoryEntry {
  /** Its bytes, as Latin-1: they sort as squashfs wants them. */
  readonly name: string;
  /** Where its inode lies: the block, from the start of the table, and the byte within. */
  readonly block: number;
  readonly offset: number;
  readonly inode: number;
  /** Of a basic inode: 1 for a directory. */
  readonly type: number;
}

/** Entries that one head may stand before. */
const mostOfHead = 256;

/** @throws RangeError where the bytes are no such listing */
export function parseDirectory(bytes: Uint8Array): DirectoryEntry[] {
  const view = viewOf(bytes);
  const entries: DirectoryEntry[] = [];
  for (let at = 0; at < bytes.length; ) {
    const count = view.getUint32(at, true) + 1;
    const block = view.getUint32(at + 4, true);
    const first = view.getUint32(at + 8, true);
    at += 12;
    if (count > mostOfHead) throw new RangeError(`${count} entries`);
    for (let index = 0; index < count; index += 1) {
      const length = view.getUint16(at + 6, true) + 1;
      if (at + 8 + length > bytes.length) throw new RangeError('a name is cut off');
      entries.push({
        name: Buffer.from(bytes.subarray(at + 8, at + 8 + length)).toString('latin1'),
        block,
        offset: view.getUint16(at, true),
        inode: first + view.getInt16(at + 2, true),
        type: view.getUint16(at + 4, true),
      });
      at += 8 + length;
    }
  }
  return entries;
}

/** The entries in the order of their names. */
export function renderDirectory(entries: readonly DirectoryEntry[]): Uint8Array {
  const sorted = entries.toSorted((a, b) => (a.name < b.name ? -1 : 1));
  const parts: Buffer[] = [];
  for (let at = 0; at < sorted.length; ) {
    const first = sorted[at];
    const rest = sorted.slice(at, at + mostOfHead);
    const other = rest.findIndex(
      ({ block, inode }) => block !== first?.block || Math.abs(inode - first.inode) > 0x7fff,
    );
    const run = other === -1 ? rest : rest.slice(0, other);
    parts.push(renderRun(run));
    at += run.length;
  }
  return Buffer.concat(parts);
}

function renderRun(run: readonly DirectoryEntry[]): Buffer {
  const [first] = run;
  const head = Buffer.alloc(12);
  head.writeUInt32LE(run.length - 1, 0);
  head.writeUInt32LE(first?.block ?? 0, 4);
  head.writeUInt32LE(first?.inode ?? 0, 8);
  const entries = run.map(({ name, offset, inode, type }) => {
    const entry = Buffer.alloc(8 + name.length);
    entry.writeUInt16LE(offset, 0);
    entry.writeInt16LE(inode - (first?.inode ?? 0), 2);
    entry.writeUInt16LE(type, 4);
    entry.writeUInt16LE(name.length - 1, 6);
    entry.write(name, 8, 'latin1');
    return entry;
  });
  return Buffer.concat([head, ...entries]);
}
