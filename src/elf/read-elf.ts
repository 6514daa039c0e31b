import { readDynamic } from './dynamic.ts';
import { ElfFault, Pieces } from './pieces.ts';
import type { ElfSource, ReadElf, Segment } from './types.ts';

/*
 * The ELF format as the System V ABI and the gABI's chapter "Dynamic Linking" have it, as far as a loader reads it: section
 * headers, which a stripped file may lack and a hostile one may forge, are never looked at.
 */

const machines: Readonly<Record<number, string>> = {
  3: 'i686',
  20: 'ppc',
  21: 'ppc64le',
  22: 's390x',
  40: 'arm',
  62: 'x86_64',
  183: 'aarch64',
  243: 'riscv64',
  258: 'loongarch64',
};

/** A real one has a dozen. */
const mostSegments = 512;

/** Reads an ELF file. What is wrong with it is told, never thrown; errors of the source pass. */
export async function readElf(source: ElfSource): Promise<ReadElf> {
  try {
    return await read(new Pieces(source));
  } catch (error) {
    if (error instanceof ElfFault) return { kind: 'other', why: error.message };
    throw error;
  }
}

async function read(pieces: Pieces): Promise<ReadElf> {
  if (pieces.size < 20) return { kind: 'other', why: 'no ELF file' };
  const ident = await pieces.view(0, 20, 'header');
  if (ident.getUint32(0) !== 0x7f454c46) return { kind: 'other', why: 'no ELF file' };
  const [bits, order] = [ident.getUint8(4), ident.getUint8(5)];
  if (order !== 1) return { kind: 'other', why: 'for a big-endian machine' };
  const code = ident.getUint16(18, true);
  const machine = machines[code] ?? `machine ${code}`;
  if (bits !== 2) return { kind: 'other', why: `of 32 bits, for ${machine}` };
  const type = ident.getUint16(16, true);
  // Programs and libraries; what a compiler makes before it links has nothing for a loader.
  if (type !== 2 && type !== 3) return { kind: 'other', why: 'neither program nor shared library' };
  const segments = await readSegments(pieces);
  const interpreter = segments.find((segment) => segment.type === 3);
  return {
    kind: 'elf',
    elf: {
      machine,
      interpreter: interpreter === undefined ? undefined : await readInterpreter(pieces, interpreter),
      buildId: await readBuildId(pieces, segments),
      ...(await readDynamic(pieces, segments)),
    },
  };
}

async function readSegments(pieces: Pieces): Promise<Segment[]> {
  const header = await pieces.view(0, 64, 'header');
  const [start, entry, count] = [pieces.number(header, 32), header.getUint16(54, true), header.getUint16(56, true)];
  if (count === 0) return [];
  if (entry !== 56) throw new ElfFault('its program headers have no known size');
  if (count > mostSegments) throw new ElfFault(`${count} program headers are too many`);
  const view = await pieces.view(start, count * entry, 'program headers');
  return Array.from({ length: count }, (_, index) => {
    const at = index * entry;
    return {
      type: view.getUint32(at, true),
      offset: pieces.number(view, at + 8),
      address: pieces.number(view, at + 16),
      size: pieces.number(view, at + 32),
    };
  });
}

async function readInterpreter(pieces: Pieces, { offset, size }: Segment): Promise<string> {
  if (size > 4096) throw new ElfFault('the name of its loader is too long');
  return pieces.text(await pieces.bytes(offset, size, 'name of the loader'), 0);
}

/** PT_NOTE: entries of a name, a type and a content, each padded to 4 bytes. */
async function readBuildId(pieces: Pieces, segments: readonly Segment[]): Promise<string | undefined> {
  for (const { type, offset, size } of segments) {
    if (type !== 4 || size > 65536) continue;
    const notes = await pieces.view(offset, size, 'notes');
    for (let at = 0; at + 12 <= size; ) {
      const [name, content, kind] = [
        notes.getUint32(at, true),
        notes.getUint32(at + 4, true),
        notes.getUint32(at + 8, true),
      ];
      const start = at + 12 + padded(name);
      if (start + content > size) break;
      // GNU's note 3
      if (kind === 3 && name === 4 && notes.getUint32(at + 12) === 0x474e5500 && content <= 64)
        return Array.from({ length: content }, (_, index) =>
          notes
            .getUint8(start + index)
            .toString(16)
            .padStart(2, '0'),
        ).join('');
      at = start + padded(content);
    }
  }
  return undefined;
}

function padded(length: number): number {
  return Math.ceil(length / 4) * 4;
}
