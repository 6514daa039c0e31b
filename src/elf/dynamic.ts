import { ElfFault, type Pieces } from './pieces.ts';
import type { Elf, NeededVersion, Segment } from './types.ts';

type Dynamic = Pick<Elf, 'soname' | 'needed' | 'rpath' | 'runpath' | 'versionsNeeded' | 'versionsGiven'>;

const tags = {
  needed: 1,
  strings: 5,
  stringsSize: 10,
  soname: 14,
  rpath: 15,
  runpath: 29,
  versionsGiven: 0x6ffffffc,
  versionsGivenCount: 0x6ffffffd,
  versionsNeeded: 0x6ffffffe,
  versionsNeededCount: 0x6fffffff,
} as const;

/** Real libraries have some hundreds of entries, and fewer versions. */
const most = 8192;
/** Bytes; that of LLVM has 10 MB. */
const largestStrings = 64 * 1024 * 1024;

/** PT_DYNAMIC, and what it points to; nothing for a program that is linked statically. */
export async function readDynamic(pieces: Pieces, segments: readonly Segment[]): Promise<Dynamic> {
  const segment = segments.find(({ type }) => type === 2);
  if (segment === undefined)
    return { soname: undefined, needed: [], rpath: [], runpath: [], versionsNeeded: [], versionsGiven: [] };
  const entries = await readEntries(pieces, segment);
  const first = (tag: number): number | undefined => entries.find((entry) => entry.tag === tag)?.value;
  const strings = await readStrings(pieces, segments, first);
  const texts = (tag: number): string[] =>
    entries.filter((entry) => entry.tag === tag).map(({ value }) => pieces.text(strings, value));
  const runpath = texts(tags.runpath).flatMap(pathsOf);
  const from = { pieces, segments, strings };
  return {
    soname: texts(tags.soname)[0],
    needed: texts(tags.needed),
    rpath: texts(tags.rpath).flatMap(pathsOf),
    runpath,
    versionsNeeded: await readNeeded(from, first(tags.versionsNeeded), first(tags.versionsNeededCount)),
    versionsGiven: await readGiven(from, first(tags.versionsGiven), first(tags.versionsGivenCount)),
  };
}

function pathsOf(text: string): string[] {
  return text.split(':').filter((path) => path !== '');
}

async function readEntries(pieces: Pieces, { offset, size }: Segment): Promise<{ tag: number; value: number }[]> {
  const count = Math.floor(size / 16);
  if (count > most) throw new ElfFault('its dynamic section is too long');
  const view = await pieces.view(offset, count * 16, 'dynamic section');
  const entries: { tag: number; value: number }[] = [];
  for (let index = 0; index < count; index++) {
    const tag = view.getBigUint64(index * 16, true);
    if (tag === 0n) break;
    // Tags of others' that no number holds exactly are none of ours, and neither are values of theirs.
    const value = view.getBigUint64(index * 16 + 8, true);
    if (tag <= 0xffffffffn && value <= BigInt(Number.MAX_SAFE_INTEGER))
      entries.push({ tag: Number(tag), value: Number(value) });
  }
  return entries;
}

async function readStrings(
  pieces: Pieces,
  segments: readonly Segment[],
  first: (tag: number) => number | undefined,
): Promise<Uint8Array> {
  const [address, size] = [first(tags.strings), first(tags.stringsSize)];
  if (address === undefined || size === undefined) throw new ElfFault('it has no names');
  if (size > largestStrings) throw new ElfFault('its names are too long');
  return pieces.bytes(offsetOf(address, segments), size, 'names');
}

/** Where in the file lies what the loader has at an address: PT_LOAD says it. */
function offsetOf(address: number, segments: readonly Segment[]): number {
  const holder = segments.find(
    (segment) => segment.type === 1 && address >= segment.address && address < segment.address + segment.size,
  );
  if (holder === undefined) throw new ElfFault('it points to what is not in it');
  return holder.offset + (address - holder.address);
}

interface From {
  readonly pieces: Pieces;
  readonly segments: readonly Segment[];
  readonly strings: Uint8Array;
}

/** Chains of entries, each with the distance to the next: none leads back, so that no chain is without end. */
async function* walk(
  { pieces }: From,
  { start, count, length, next }: { start: number; count: number; length: number; next: number },
): AsyncGenerator<{ at: number; view: DataView }> {
  if (count > most) throw new ElfFault('its list of versions is too long');
  for (let at = start, index = 0; index < count; index++) {
    const view = await pieces.view(at, length, 'versions');
    yield { at, view };
    const step = view.getUint32(next, true);
    if (step === 0) return;
    at += step;
  }
}

async function readNeeded(from: From, address: number | undefined, count = 0): Promise<NeededVersion[]> {
  if (address === undefined) return [];
  const { pieces, segments, strings } = from;
  const versions: NeededVersion[] = [];
  const start = offsetOf(address, segments);
  for await (const { at, view } of walk(from, { start, count, length: 16, next: 12 })) {
    const library = pieces.text(strings, view.getUint32(4, true));
    const own = { start: at + view.getUint32(8, true), count: view.getUint16(2, true), length: 16, next: 12 };
    for await (const { view: version } of walk(from, own)) {
      if (versions.length >= most) throw new ElfFault('its list of versions is too long');
      const name = pieces.text(strings, version.getUint32(8, true));
      versions.push({ library, version: name, isWeak: (version.getUint16(4, true) & 2) !== 0 });
    }
  }
  return versions;
}

async function readGiven(from: From, address: number | undefined, count = 0): Promise<string[]> {
  if (address === undefined) return [];
  const { pieces, segments, strings } = from;
  const versions: string[] = [];
  const start = offsetOf(address, segments);
  for await (const { at, view } of walk(from, { start, count, length: 20, next: 16 })) {
    // The first is the library's own name.
    if ((view.getUint16(2, true) & 1) !== 0) continue;
    const name = await pieces.view(at + view.getUint32(12, true), 8, 'versions');
    versions.push(pieces.text(strings, name.getUint32(0, true)));
  }
  return versions;
}
