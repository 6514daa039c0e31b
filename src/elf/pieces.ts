import type { ElfSource } from './types.ts';

/** What is wrong with a file that says it is ELF. */
export class ElfFault extends Error {}

/** Bytes. */
const block = 8192;

const utf8 = new TextDecoder('utf-8', { ignoreBOM: true });

/** Pieces of an ELF file. None reaches past its end, whatever the file says of itself. */
export class Pieces {
  readonly #source: ElfSource;
  #block: { readonly offset: number; readonly bytes: Uint8Array } = { offset: 0, bytes: new Uint8Array() };

  constructor(source: ElfSource) {
    this.#source = source;
  }

  get size(): number {
    return this.#source.size;
  }

  /** @throws ElfFault where the file does not have them */
  async bytes(offset: number, length: number, what: string): Promise<Uint8Array> {
    if (offset + length > this.size) throw new ElfFault(`it ends before its ${what}`);
    const bytes = length < block ? await this.#fromBlock(offset, length) : await this.#source.read(offset, length);
    if (bytes.length < length) throw new ElfFault(`it ends before its ${what}`);
    return bytes.subarray(0, length);
  }

  /** What is small lies beside other such: one read for all. */
  async #fromBlock(offset: number, length: number): Promise<Uint8Array> {
    const { offset: start, bytes } = this.#block;
    if (offset < start || offset + length > start + bytes.length)
      this.#block = { offset, bytes: await this.#source.read(offset, Math.min(block, this.size - offset)) };
    return this.#block.bytes.subarray(offset - this.#block.offset, offset - this.#block.offset + length);
  }

  async view(offset: number, length: number, what: string): Promise<DataView> {
    const bytes = await this.bytes(offset, length, what);
    return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }

  /** 64 bits of a view. */
  number(view: DataView, offset: number): number {
    const value = Number(view.getBigUint64(offset, true));
    if (!Number.isSafeInteger(value)) throw new ElfFault('it says that it is larger than any file');
    return value;
  }

  /** The text at `start`, which a NUL ends. */
  text(bytes: Uint8Array, start: number): string {
    const end = start < bytes.length ? bytes.indexOf(0, start) : -1;
    if (end === -1 || end - start > 4096) throw new ElfFault('a name in it has no end');
    return utf8.decode(bytes.subarray(start, end));
  }
}
