/** Bytes of images for tests, written by the published format and by no code of `src/image`. */

export interface ObjectInput {
  /** 0x4001…0x400b. */
  readonly type: number;
  readonly data?: Uint8Array;
  readonly name?: string;
  readonly group?: number;
  readonly link?: number;
  readonly extra?: Uint8Array;
  readonly used?: boolean;
  readonly id?: number;
  /** As stored, in place of where the builder puts the data. */
  readonly offset?: bigint;
  readonly size?: bigint;
  readonly created?: bigint;
  readonly modified?: bigint;
}

export interface SifInput {
  readonly objects?: readonly ObjectInput[];
  readonly slots?: number;
  readonly architecture?: string;
  readonly launchScript?: string;
  readonly version?: string;
  readonly uuid?: Uint8Array;
  readonly created?: bigint;
  readonly modified?: bigint;
}

export const headerSize = 128;
export const tableOffset = 4096;
export const descriptorSize = 585;
export const groupBits = 0xf0000000;
export const goZeroTime = -62135596800n;

export function ascii(text: string): Uint8Array {
  return new TextEncoder().encode(text);
}

/** The `extra` of a partition. */
export function partition(fileSystem: number, partitionType: number, architecture = '02'): Uint8Array {
  const extra = Buffer.alloc(11);
  extra.writeInt32LE(fileSystem, 0);
  extra.writeInt32LE(partitionType, 4);
  extra.write(architecture, 8, 'latin1');
  return extra;
}

/** The `extra` of a type that has two int32 and then bytes. */
export function numbers(first: number, second?: number, rest: Uint8Array = new Uint8Array()): Uint8Array {
  const words = Buffer.alloc(second === undefined ? 4 : 8);
  words.writeInt32LE(first, 0);
  if (second !== undefined) words.writeInt32LE(second, 4);
  return Buffer.concat([words, rest]);
}

/** A SIF with its objects laid out as siftool does: partitions at multiples of 4096, the rest one after another. */
export function buildSif(input: SifInput = {}): Uint8Array<ArrayBuffer> {
  const objects = input.objects ?? [rootObject()];
  const slots = input.slots ?? 48;
  const dataOffset = tableOffset + slots * descriptorSize;
  let end = dataOffset;
  const places = objects.map(({ type, data }) => {
    const start = type === 0x4004 ? Math.ceil(end / 4096) * 4096 : end;
    end = start + (data?.length ?? 0);
    return start;
  });
  const bytes = Buffer.alloc(end);
  bytes.write(input.launchScript ?? '#!/usr/bin/env run-singularity\n', 0, 32, 'utf8');
  bytes.write('SIF_MAGIC\0', 32, 'latin1');
  bytes.write(input.version ?? '01\0', 42, 'latin1');
  bytes.write(input.architecture ?? '02', 45, 'latin1');
  bytes.set(input.uuid ?? Uint8Array.from({ length: 16 }, (_, index) => index + 1), 48);
  const used = objects.filter((object) => object.used !== false).length;
  const fields = [
    input.created ?? 1_700_000_000n,
    input.modified ?? 1_700_000_001n,
    BigInt(slots - used),
    BigInt(slots),
    BigInt(tableOffset),
    BigInt(slots * descriptorSize),
    BigInt(dataOffset),
    BigInt(end - dataOffset),
  ];
  fields.forEach((value, index) => {
    bytes.writeBigInt64LE(value, 64 + index * 8);
  });
  objects.forEach((object, index) => {
    const start = places[index] ?? 0;
    bytes.set(object.data ?? [], start);
    const at = tableOffset + index * descriptorSize;
    bytes.writeInt32LE(object.type, at);
    bytes[at + 4] = object.used === false ? 0 : 1;
    bytes.writeUInt32LE(object.id ?? index + 1, at + 5);
    bytes.writeUInt32LE((groupBits | (object.group ?? 0)) >>> 0, at + 9);
    bytes.writeUInt32LE(object.link ?? 0, at + 13);
    bytes.writeBigInt64LE(object.offset ?? BigInt(start), at + 17);
    bytes.writeBigInt64LE(object.size ?? BigInt(object.data?.length ?? 0), at + 25);
    bytes.writeBigInt64LE(object.created ?? 1_700_000_000n, at + 41);
    bytes.writeBigInt64LE(object.modified ?? 1_700_000_000n, at + 49);
    bytes.write(object.name ?? '', at + 73, 128, 'utf8');
    bytes.set(object.extra ?? [], at + 201);
  });
  return new Uint8Array(bytes);
}

/** A primary system partition with a squashfs of `size` bytes. */
export function rootObject(architecture = '02', size = 8192): ObjectInput {
  return { type: 0x4004, data: squashfs(size), extra: partition(1, 2, architecture) };
}

export interface SquashfsInput {
  readonly compressor?: number;
  readonly bytesUsed?: number;
  readonly major?: number;
  readonly blockSize?: number;
  readonly blockLog?: number;
  readonly mkfsTime?: number;
}

/** Bytes that look like a squashfs as far as a superblock and the head of the id table go: the rest is 0xAA. */
export function squashfs(size = 8192, input: SquashfsInput = {}): Uint8Array {
  const bytes = Buffer.alloc(size, 0xaa);
  const bytesUsed = input.bytesUsed ?? size - 100;
  const idTable = Math.min(bytesUsed - 8, size - 8);
  bytes.fill(0, 0, 96);
  bytes.write('hsqs', 0, 'latin1');
  bytes.writeUInt32LE(7, 4);
  bytes.writeUInt32LE(input.mkfsTime ?? 1_600_000_000, 8);
  bytes.writeUInt32LE(input.blockSize ?? 131072, 12);
  bytes.writeUInt16LE(input.compressor ?? 1, 20);
  bytes.writeUInt16LE(input.blockLog ?? 17, 22);
  bytes.writeUInt16LE(1, 26);
  bytes.writeUInt16LE(input.major ?? 4, 28);
  bytes.writeBigUInt64LE(BigInt(bytesUsed), 40);
  bytes.writeBigUInt64LE(BigInt(idTable), 48);
  bytes.writeBigUInt64LE(96n, idTable);
  return bytes;
}

/** A copy with `bytes` put at `offset`. */
export function patched(image: Uint8Array, offset: number, bytes: Uint8Array): Uint8Array {
  const copy = new Uint8Array(image);
  copy.set(bytes, offset);
  return copy;
}

export function int64(value: bigint): Uint8Array {
  const bytes = Buffer.alloc(8);
  bytes.writeBigInt64LE(BigInt.asIntN(64, value));
  return bytes;
}

/** Where the descriptor in `slot` begins. */
export function slotOffset(slot: number): number {
  return tableOffset + slot * descriptorSize;
}
