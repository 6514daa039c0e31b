import { execFileSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { describe, expect, test } from 'vitest';
import { decompress } from '../../src/host/decompress.ts';

/** With no program on the path. */
const read = async (bytes: Buffer, kind: 'zstd' | 'bzip2') => {
  const pieces = Array.from({ length: Math.ceil(bytes.length / 65536) }, (_, at) =>
    bytes.subarray(at * 65536, (at + 1) * 65536),
  );
  return buffer(await decompress(Readable.from(pieces), kind, { path: '' }));
};

const content = Buffer.concat([randomBytes(300_000), Buffer.alloc(2_000_000, 'x'), randomBytes(100_000)]);

describe.each(['zstd', 'bzip2'] as const)('%s without its program', (kind) => {
  const packed = execFileSync(kind, ['-c'], { input: content, maxBuffer: 2 ** 26 });

  test('gives the bytes back', async () => {
    expect((await read(packed, kind)).equals(content)).toBe(true);
  });

  test.each([1 / 64, 1 / 2])('ends with an error where it is damaged from %s on', async (from) => {
    const damaged = Buffer.from(packed);
    const start = Math.floor(packed.length * from);
    damaged.fill(0x55, start, start + (packed.length >> 2));
    await expect(read(damaged, kind)).rejects.toThrow(/\S/);
  });

  test('ends with an error where small text is damaged, or cut off', async () => {
    const small = execFileSync(kind, ['-c'], { input: 'x'.repeat(5000) });
    const damaged = Buffer.from(small);
    damaged.fill(0x55, small.length >> 2, small.length >> 1);
    await expect(read(damaged, kind)).rejects.toThrow(/\S/);
    await expect(read(packed.subarray(0, packed.length >> 1), kind)).rejects.toThrow(/\S/);
  });
});
