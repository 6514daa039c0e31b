/**
 * Writes the header and the descriptor table of the Singularity Image Format. Source: apptainer/sif
 * `pkg/sif/{sif,create,descriptor}.go`; what the fields mean: `sif.ts`.
 */
import { viewOf } from './bytes.ts';
import { sifDescriptorSize, sifHeaderSize } from './sif.ts';
import { architectureNames, objectTypes, sbomFormats } from './sif-codes.ts';

/** Where the squashfs of a new SIF begins, in bytes: behind the header and 48 descriptors, at a multiple of 4096. */
export const newSquashfsOffset = 32768;

const descriptorsTotal = 48;
const descriptorsOffset = 4096;
const dataOffset = descriptorsOffset + descriptorsTotal * sifDescriptorSize;
const firstGroup = 0xf0000001;

/** An object to be written beside the file system. */
export interface AddedObject {
  readonly type: 'definition-file' | 'generic-json' | 'sbom';
  /** At most 128 bytes of UTF-8. */
  readonly name: string;
  readonly data: Uint8Array;
  /** Of an `sbom`, as in `sbomFormats`: `spdx-json`. */
  readonly format?: string;
}

/** What tells an image from others. */
export interface SifIdentity {
  /** 16 bytes. */
  readonly uuid: Uint8Array;
  /** Seconds since 1970 UTC. */
  readonly time: number;
}

export interface NewSif extends SifIdentity {
  /** Go's name: `amd64`. */
  readonly architecture: string;
  /** Bytes of the squashfs, which lies at {@link newSquashfsOffset}. */
  readonly squashfsSize: number;
  readonly objects: readonly AddedObject[];
}

/** Bytes and where in the file they go. */
export interface Piece {
  readonly offset: number;
  readonly bytes: Uint8Array;
}

/** The bytes before and behind the squashfs of a new SIF: with them the file is whole. @throws RangeError for an architecture that SIF has not */
export function renderNewSif({ architecture, squashfsSize, objects, ...identity }: NewSif): Piece[] {
  const front = new Uint8Array(newSquashfsOffset);
  const view = viewOf(front);
  const code = codeOfArchitecture(architecture);
  writeText(front, 0, '#!/usr/bin/env run-singularity\n');
  writeText(front, 32, `SIF_MAGIC\x0001\0${code}`);
  for (const [at, value] of [
    [64, identity.time],
    [88, descriptorsTotal],
    [96, descriptorsOffset],
    [104, descriptorsTotal * sifDescriptorSize],
    [112, dataOffset],
  ] as const)
    writeNumber(view, at, value);
  const root = front.subarray(descriptorsOffset, descriptorsOffset + sifDescriptorSize);
  writeDescriptor(root, {
    typeCode: 0x4004,
    id: 1,
    offset: newSquashfsOffset,
    size: squashfsSize,
    padding: newSquashfsOffset - dataOffset,
    time: identity.time,
    name: '',
  });
  viewOf(root).setInt32(201, 1, true);
  viewOf(root).setInt32(205, 2, true);
  writeText(root, 209, code);
  return extendSif(front, { ...identity, root: { id: 1, size: squashfsSize }, kept: [], dropped: [], added: objects });
}

export interface SifExtension extends SifIdentity {
  /** The partition that grew to so many bytes. */
  readonly root: { readonly id: number; readonly size: number };
  /** Objects that are laid behind the partition, with their bytes: the data replaces what the descriptor leads to. */
  readonly kept: readonly { readonly id: number; readonly data: Uint8Array }[];
  /** Ids of objects that go. */
  readonly dropped: readonly number[];
  readonly added: readonly AddedObject[];
}

/**
 * A SIF whose root partition grew in its place, and what lies behind it: the pieces to write. The file ends with the last one.
 * @param front the file from its first byte to the end of the descriptor table at least; it is not changed
 * @throws RangeError where the table has no room for what is added
 */
export function extendSif(front: Uint8Array, { root, kept, dropped, added, uuid, time }: SifExtension): Piece[] {
  const changed = front.slice();
  const view = viewOf(changed);
  const tableOffset = Number(view.getBigInt64(96, true));
  const total = Number(view.getBigInt64(88, true));
  const slots = Array.from({ length: total }, (_, index) => {
    const at = tableOffset + index * sifDescriptorSize;
    return changed.subarray(at, at + sifDescriptorSize);
  });
  const slotOf = (id: number): Uint8Array => {
    const found = slots.find((slot) => slot[4] !== 0 && viewOf(slot).getUint32(5, true) === id);
    if (found === undefined) throw new RangeError(`no object ${id}`);
    return found;
  };
  for (const id of dropped) slotOf(id).fill(0);
  const rootView = viewOf(slotOf(root.id));
  const rootOffset = Number(rootView.getBigInt64(17, true));
  const padding = Number(rootView.getBigInt64(33, true)) - Number(rootView.getBigInt64(25, true));
  writeNumber(rootView, 25, root.size);
  writeNumber(rootView, 33, root.size + padding);
  writeNumber(rootView, 49, time);
  const behind: Piece[] = [];
  let end = rootOffset + root.size;
  const put = (slot: DataView, data: Uint8Array): void => {
    writeNumber(slot, 17, end);
    writeNumber(slot, 25, data.length);
    writeNumber(slot, 33, data.length);
    writeNumber(slot, 49, time);
    if (data.length > 0) behind.push({ offset: end, bytes: data });
    end += data.length;
  };
  for (const { id, data } of kept) put(viewOf(slotOf(id)), data);
  for (const { type, name, data, format } of added) {
    const index = slots.findIndex((slot) => slot[4] === 0);
    const slot = slots[index];
    if (slot === undefined) throw new RangeError('no free descriptor');
    const typeCode = codeOf(objectTypes, ([ours]) => ours === type);
    writeDescriptor(slot, { typeCode, id: index + 1, offset: end, size: data.length, padding: 0, time, name });
    if (type === 'sbom')
      viewOf(slot).setInt32(
        201,
        codeOf(sbomFormats, (each) => each === format),
        true,
      );
    put(viewOf(slot), data);
  }
  changed.set(uuid, 48);
  writeNumber(view, 72, time);
  writeNumber(view, 80, slots.filter((slot) => slot[4] === 0).length);
  writeNumber(view, 120, end - Number(view.getBigInt64(112, true)));
  const tableEnd = tableOffset + total * sifDescriptorSize;
  return [
    { offset: 0, bytes: changed.subarray(0, sifHeaderSize) },
    { offset: tableOffset, bytes: changed.subarray(tableOffset, tableEnd) },
    ...behind,
  ];
}

interface Descriptor {
  readonly typeCode: number;
  readonly id: number;
  readonly offset: number;
  readonly size: number;
  /** Bytes before it that nothing uses. */
  readonly padding: number;
  readonly time: number;
  readonly name: string;
}

function writeDescriptor(slot: Uint8Array, { typeCode, id, offset, size, padding, time, name }: Descriptor): void {
  slot.fill(0);
  const view = viewOf(slot);
  view.setInt32(0, typeCode, true);
  slot[4] = 1;
  view.setUint32(5, id, true);
  view.setUint32(9, firstGroup, true);
  for (const [at, value] of [
    [17, offset],
    [25, size],
    [33, size + padding],
    [41, time],
    [49, time],
  ] as const)
    writeNumber(view, at, value);
  slot.set(new TextEncoder().encode(name).subarray(0, 128), 73);
}

function codeOfArchitecture(name: string): string {
  return codeOf(architectureNames, (each) => each === name);
}

function codeOf<Code, Value>(codes: ReadonlyMap<Code, Value>, isMeant: (value: Value) => boolean): Code {
  for (const [code, value] of codes) if (isMeant(value)) return code;
  throw new RangeError('SIF has no code for it');
}

function writeNumber(view: DataView, offset: number, value: number): void {
  view.setBigInt64(offset, BigInt(value), true);
}

function writeText(bytes: Uint8Array, offset: number, text: string): void {
  bytes.set(new TextEncoder().encode(text), offset);
}
