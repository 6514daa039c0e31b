import { gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { describeImage, describeLabels } from '../../src/image/describe-image.ts';
import { readImageMetadata } from '../../src/image/metadata.ts';
import { readImage, readSifContents } from '../../src/image/read-image.ts';
import { parseSifDescriptors, parseSifHeader } from '../../src/image/sif.ts';
import { parseSquashfsSuperblock } from '../../src/image/squashfs-superblock.ts';
import { CtinstallError } from '../../src/lib/errors.ts';
import {
  ascii,
  buildSif,
  int64,
  numbers,
  partition,
  patched,
  rootObject,
  slotOffset,
  squashfs,
} from './image-builders.ts';
import { type CountingReader, sparseReader } from './readers.ts';

const limit = 2 * 1024 * 1024;
/** Milliseconds; a few are usual, and a busy machine must not fail the test. */
const slowest = 5000;

/** Everything that reads an image, on one file: a value or an error of the image codes, few bytes, little time. */
async function endures(bytes: Uint8Array, size = bytes.length): Promise<'value' | 'error'> {
  const whole = await bounded(bytes, size, async (reader) => {
    const image = await readImage(reader, 'x.sif');
    // What it says must be true of the file, whatever the file says.
    if (image.kind === 'sif') {
      const { offset, size: length } = image.rootFileSystem;
      expect(offset >= 0 && length > 0 && offset + length <= size).toBe(true);
    } else {
      expect(image.offset + image.bytesUsed).toBeLessThanOrEqual(size);
    }
    expect(JSON.parse(JSON.stringify(image))).toEqual(image);
    expect(describeImage(image)).toMatch(/^[^\p{Cc}]*(\n[^\p{Cc}]*)*$/u);
  });
  await bounded(bytes, size, async (reader) => {
    const contents = await readSifContents(reader, 'x.sif');
    const used = reader.requested;
    describeImage(contents);
    describeLabels(await readImageMetadata(reader, contents, 'x.sif'));
    reader.requested = Math.max(used, reader.requested - used);
  });
  return whole;
}

async function bounded(
  bytes: Uint8Array,
  size: number,
  use: (reader: CountingReader) => Promise<void>,
): Promise<'value' | 'error'> {
  const reader = sparseReader(bytes, size);
  const start = performance.now();
  let outcome: 'value' | 'error' = 'value';
  try {
    await use(reader);
  } catch (error) {
    if (!(error instanceof CtinstallError)) throw error;
    expect(error.code).toMatch(/^image-(invalid|truncated)$/);
    expect(error.hint).toBeDefined();
    outcome = 'error';
  }
  expect(reader.requested).toBeLessThanOrEqual(limit);
  expect(performance.now() - start).toBeLessThan(slowest);
  return outcome;
}

const metadata = '{"data":{"attributes":{"labels":{"a":"b"},"deffile":"x"}},"type":"container"}';
const sample = buildSif({
  objects: [
    { type: 0x4001, data: ascii('bootstrap: docker\n'), group: 1 },
    { type: 0x4006, data: ascii(metadata), name: 'inspect-metadata.json', group: 1 },
    { ...rootObject(), group: 1, name: 'root' },
    { type: 0x4004, data: squashfs(4096), extra: partition(1, 3) },
    { type: 0x4005, data: new Uint8Array(300), link: 0xf0000001, extra: numbers(1, 7) },
    { type: 0x4007, used: false },
  ],
});
const samples = [sample, buildSif(), squashfs(), buildSif({ slots: 300 }), gzipSync(sample)];

/** Where a change hurts: the header, the used descriptors, the superblock and the id table. */
const vital = fc.oneof(
  fc.integer({ min: 0, max: 127 }),
  fc.integer({ min: slotOffset(0), max: slotOffset(6) - 1 }),
  fc.integer({ min: 32768, max: 32768 + 96 }),
  fc.integer({ min: 0, max: sample.length - 1 }),
);
const words = fc.constantFrom(
  ...[0n, 1n, 127n, 128n, 585n, 2048n, 4096n, 2n ** 31n, 2n ** 32n, 2n ** 40n],
  ...[2n ** 53n - 1n, 2n ** 53n, 2n ** 63n - 1n, -(2n ** 63n), -1n, -585n],
);

describe('any bytes give a value or a typed error', () => {
  it('random bytes', async () => {
    const bytes = fc.uint8Array({ maxLength: 5000 });
    await fc.assert(
      fc.asyncProperty(bytes, async (input) => {
        await endures(input);
      }),
      { numRuns: 500 },
    );
  });

  it('random bytes behind each magic', async () => {
    const magic = fc.constantFrom<readonly [number, string]>(
      [32, 'SIF_MAGIC\x0001\x00'],
      [0, 'hsqs'],
      [1080, '\x53'],
      [0, '\x1f'],
      [257, 'ustar'],
      [10, ' run-singularity\nhsqs'],
    );
    await fc.assert(
      fc.asyncProperty(fc.uint8Array({ minLength: 1100, maxLength: 4000 }), magic, async (input, at) => {
        await endures(patched(input, at[0], ascii(at[1])));
      }),
      { numRuns: 500 },
    );
  });

  it('a flipped byte anywhere', async () => {
    const flips = fc.array(fc.tuple(vital, fc.integer({ min: 1, max: 255 })), {
      minLength: 1,
      maxLength: 4,
    });
    const outcomes = new Set<string>();
    await fc.assert(
      fc.asyncProperty(flips, async (changes) => {
        const bytes = new Uint8Array(sample);
        for (const [at, mask] of changes) bytes[at] = (bytes[at] ?? 0) ^ mask;
        outcomes.add(await endures(bytes));
      }),
      { numRuns: 1500 },
    );
    expect(outcomes).toEqual(new Set(['value', 'error']));
  });

  it('a huge or negative number in any of its fields', async () => {
    const fields = fc.oneof(
      fc.integer({ min: 8, max: 15 }).map((word) => word * 8),
      fc
        .tuple(fc.integer({ min: 0, max: 5 }), fc.constantFrom(0, 5, 9, 13, 17, 25, 33, 41, 49, 201, 205))
        .map(([slot, field]) => slotOffset(slot) + field),
      fc.integer({ min: 0, max: 11 }).map((word) => 32768 + word * 8),
    );
    const changes = fc.array(fc.tuple(fields, words), { minLength: 1, maxLength: 3 });
    const size = fc.constantFrom(sample.length, 2 ** 31, 2 ** 40, Number.MAX_SAFE_INTEGER);
    await fc.assert(
      fc.asyncProperty(changes, size, async (patches, length) => {
        let bytes: Uint8Array = sample;
        for (const [at, word] of patches) bytes = patched(bytes, at, int64(word));
        await endures(bytes, length);
      }),
      { numRuns: 1500 },
    );
  });

  it('cut anywhere, extended by anything', async () => {
    const tail = fc.uint8Array({ maxLength: 3000 });
    const from = fc.constantFrom(...samples);
    await fc.assert(
      fc.asyncProperty(from, fc.double({ min: 0, max: 1, noNaN: true }), tail, async (bytes, part, more) => {
        const cut = bytes.subarray(0, Math.floor(bytes.length * part));
        await endures(cut);
        await endures(Buffer.concat([cut, more]));
        await endures(Buffer.concat([bytes, more]));
      }),
      { numRuns: 500 },
    );
  });

  it('the most descriptors there may be, in a file as long as can be', async () => {
    const bytes = buildSif({ slots: 2048 });
    expect(await endures(bytes)).toBe('value');
    expect(await endures(patched(bytes, 88, int64(2049n)), Number.MAX_SAFE_INTEGER)).toBe('error');
  });
});

describe('the parsers alone', () => {
  it('give a value or a fault on any bytes and any count', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 2000 }), fc.nat(), (bytes, descriptorsTotal) => {
        for (const parsed of [
          parseSifHeader(bytes),
          parseSifDescriptors(bytes, { descriptorsTotal }),
          parseSquashfsSuperblock(bytes),
        ]) {
          expect(['parsed', 'fault']).toContain(parsed.kind);
        }
      }),
      { numRuns: 1000 },
    );
  });
});
