import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readElf } from '../../src/elf/read-elf.ts';

const sample = Uint8Array.from(readFileSync('/usr/lib/x86_64-linux-gnu/libgcc_s.so.1'));

async function endures(bytes: Uint8Array, size = bytes.length): Promise<void> {
  let [reads, asked] = [0, 0];
  const read = await readElf({
    size,
    read: async (offset, length) => {
      expect(Number.isSafeInteger(offset) && offset >= 0 && length >= 0 && offset + length <= size).toBe(true);
      reads++;
      asked += length;
      return bytes.slice(offset, offset + length);
    },
  });
  expect(['elf', 'other']).toContain(read.kind);
  expect(reads).toBeLessThan(20_000);
  expect(asked).toBeLessThan(200_000_000);
  if (read.kind === 'other') expect(read.why).toMatch(/\S/);
}

describe('a hostile ELF file does no harm', () => {
  it('bytes changed anywhere, most in the headers and the dynamic section', async () => {
    const place = fc.oneof(fc.nat(1023), fc.nat(sample.length - 1));
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.tuple(place, fc.integer({ min: 0, max: 255 })), { minLength: 1, maxLength: 20 }),
        async (changes) => {
          const bytes = Uint8Array.from(sample);
          for (const [at, value] of changes) bytes[at] = value;
          await endures(bytes);
        },
      ),
      { numRuns: 1500 },
    );
  });

  it('cut at any place, or random after the magic', async () => {
    for (let end = 0; end < 4096; end += 7) await endures(sample.subarray(0, end));
    await fc.assert(
      fc.asyncProperty(fc.uint8Array({ maxLength: 2000 }), async (bytes) =>
        endures(Uint8Array.from([0x7f, 0x45, 0x4c, 0x46, 2, 1, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 3, 0, 62, 0, ...bytes])),
      ),
      { numRuns: 500 },
    );
  });

  it('64-bit values set whole', async () => {
    const value = fc.oneof(fc.bigInt(0n, (1n << 64n) - 1n), fc.bigInt(0n, BigInt(sample.length)));
    await fc.assert(
      fc.asyncProperty(fc.array(fc.tuple(fc.nat(127), value), { minLength: 1, maxLength: 4 }), async (changes) => {
        const bytes = Uint8Array.from(sample);
        const view = new DataView(bytes.buffer);
        for (const [slot, each] of changes) view.setBigUint64(slot * 8, each, true);
        await endures(bytes);
      }),
      { numRuns: 800 },
    );
  });
});
