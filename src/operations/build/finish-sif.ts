import { createHash, type Hash } from 'node:crypto';
import { withFileReader } from '../../host/file-reader.ts';
import { writePieces } from '../../host/write-pieces.ts';
import type { SifDescriptor, SifImage } from '../../image/types.ts';
import { type AddedObject, extendSif } from '../../image/write-sif.ts';
import { CtinstallError } from '../../lib/errors.ts';
import type { HostPath } from '../../lib/paths.ts';
import { addLabelsToMetadata, type Labels } from './labels.ts';
import { sbomObject } from './sbom.ts';

export interface FinishOptions {
  /** The base, as its header describes it. */
  readonly image: SifImage;
  readonly added: readonly AddedObject[];
  /** Objects that lay behind the root, with their bytes. */
  readonly kept: readonly { readonly id: number; readonly data: Uint8Array }[];
  readonly dropped: readonly number[];
  readonly time: number;
  /** Of the base and of what was added to its squashfs: see {@link hashAppended}. */
  readonly hash: Hash;
}

/** Objects of the base that are not left as they are: see {@link readMoved}. */
export type Moved = Pick<FinishOptions, 'kept' | 'dropped'>;

/** More than this of objects behind the file system is not moved. */
const mostMoved = 64 * 1024 * 1024;
const pageBytes = 4096;

/**
 * The objects of a SIF that cannot stay where they are when its file system grows, those whose labels change, and the
 * signatures, which would be wrong.
 */
export async function readMoved(path: HostPath, image: SifImage, labels: Labels): Promise<Moved> {
  const { descriptors, rootFileSystem: root } = image;
  // Of all packages there is a new list.
  const isReplaced = ({ type, name }: SifDescriptor): boolean =>
    type === 'signature' || (type === 'sbom' && name === sbomObject);
  const dropped = descriptors.filter(isReplaced).map(({ id }) => id);
  const kept: { id: number; data: Uint8Array }[] = [];
  let moved = 0;
  await withFileReader(path, async (reader) => {
    for (const { id, type, name, offset, size } of descriptors) {
      const isMetadata = type === 'generic-json' && name === 'inspect-metadata.json';
      if (id === root.id || dropped.includes(id) || (offset < root.offset && !isMetadata)) continue;
      moved += size;
      if (moved > mostMoved)
        throw new CtinstallError(
          'image-invalid',
          `nothing can be added to \`${path}\`: object ${id} is too large to move`,
        );
      const data = await reader.read(offset, size);
      const changed = isMetadata ? addLabelsToMetadata(Buffer.from(data).toString(), labels) : undefined;
      kept.push({ id, data: changed === undefined ? data : Buffer.from(changed) });
    }
  });
  return { kept, dropped };
}

/** Sets the numbers of a SIF whose squashfs was added to, and ends it with its objects. Gives back its size in bytes. */
export async function finishSif(file: HostPath, options: FinishOptions): Promise<number> {
  const { image, kept, dropped, added, time, hash } = options;
  const { offset, id } = image.rootFileSystem;
  const front = await withFileReader(file, async (reader) => reader.read(0, image.dataOffset));
  const size = Math.ceil((await readBytesUsed(file, offset)) / pageBytes) * pageBytes;
  for (const { data } of added) hash.update(data);
  const pieces = extendSif(front, { root: { id, size }, kept, dropped, added, uuid: makeUuid(hash), time });
  const end = pieces.reduce((most, piece) => Math.max(most, piece.offset + piece.bytes.length), offset + size);
  await writePieces(file, pieces, { size: end });
  return end;
}

export interface Appended {
  /** The base, as its header describes it. */
  readonly image: SifImage;
  readonly baseSha256: string;
  /** From this byte on the file is another than the base. */
  readonly changedFrom: number;
}

/** The beginning of what tells the image from others. */
export async function hashAppended(file: HostPath, { image, baseSha256, changedFrom }: Appended): Promise<Hash> {
  const { offset } = image.rootFileSystem;
  const end = offset + (await readBytesUsed(file, offset));
  const hash = createHash('sha256').update(baseSha256);
  const piece = 1024 * 1024;
  await withFileReader(file, async (reader) => {
    for (let at = changedFrom; at < end; at += piece) hash.update(await reader.read(at, Math.min(piece, end - at)));
  });
  return hash;
}

function readBytesUsed(file: HostPath, offset: number): Promise<number> {
  return withFileReader(file, async (reader) =>
    Number(Buffer.from(await reader.read(offset + 40, 8)).readBigUInt64LE(0)),
  );
}

/** The same of the same, as RFC 9562 has it of one's own rule (version 8). */
function makeUuid(hash: Hash): Uint8Array {
  const uuid = hash.digest().subarray(0, 16);
  uuid[6] = ((uuid[6] ?? 0) & 0x0f) | 0x80;
  uuid[8] = ((uuid[8] ?? 0) & 0x3f) | 0x80;
  return uuid;
}
