import { randomBytes } from 'node:crypto';
import { ask, textOf } from '../../../discover/machine.ts';
import { isFull } from '../../../host/copy-by-system.ts';
import { withFileReader } from '../../../host/file-reader.ts';
import { hashFile } from '../../../host/hash-file.ts';
import { commandError, run } from '../../../host/run.ts';
import { writePieces } from '../../../host/write-pieces.ts';
import { type AddedObject, newSquashfsOffset, renderNewSif } from '../../../image/write-sif.ts';
import { CtinstallError } from '../../../lib/errors.ts';
import { type HostPath, hostPath } from '../../../lib/paths.ts';
import { packingMemory } from '../../../squashfs/packing-memory.ts';
import type { Context } from '../../context.ts';

export interface PackOptions {
  readonly root: HostPath;
  readonly objects: readonly AddedObject[];
  /** Go's name. */
  readonly architecture: string;
  /** Seconds since 1970 UTC. */
  readonly time: number;
  /** Whether the same tree is to give the same bytes: then nothing in the image is newer than `time`. */
  readonly isReproducible: boolean;
}

const pageBytes = 4096;

/** What mksquashfs takes by itself. */
const usualBlockBytes = 128 * 1024;

/** Packs a tree straight into its place in a new SIF; all in it becomes root's. */
export async function packSif(part: HostPath, options: PackOptions, context: Context): Promise<void> {
  const { root, objects, architecture, time, isReproducible } = options;
  const { environment, signal } = context;
  const machine = { environment, root: hostPath('/'), signal };
  const help = textOf(await ask(['mksquashfs', '-help'], machine));
  // Several times as fast as the usual gzip, and as small.
  const compression = /^\s*zstd\b/m.test(help) ? ['-comp', 'zstd', '-Xcompression-level', '3'] : [];
  const memory = packingMemory(usualBlockBytes);
  const flags = ['-all-root', '-no-xattrs', '-noappend', '-no-progress', '-exit-on-error', ...memory, ...compression];
  const argv = ['mksquashfs', root, part, '-offset', String(newSquashfsOffset), ...flags] as const;
  const epoch = isReproducible ? String(time) : undefined;
  const result = await run(argv, { env: { ...environment, SOURCE_DATE_EPOCH: epoch, LC_ALL: 'C' }, signal });
  if (result.exitCode !== 0) {
    if (isFull(result.stderr))
      throw new CtinstallError(
        'no-space',
        'the image cannot be packed: no space left on the file system, or no quota',
        {
          hint: 'make room, or write the image to another file system',
        },
      );
    throw commandError(argv, { ...result, stdout: '' }, 'packing the image');
  }
  const used = await withFileReader(part, async (reader) =>
    Number(Buffer.from(await reader.read(newSquashfsOffset + 40, 8)).readBigUInt64LE(0)),
  );
  const squashfsSize = Math.ceil(used / pageBytes) * pageBytes;
  const uuid = makeUuid(isReproducible ? Buffer.from(await hashFile(part, signal), 'hex') : randomBytes(16));
  const pieces = renderNewSif({ architecture, squashfsSize, objects, uuid, time });
  const end = pieces.reduce((most, { offset, bytes }) => Math.max(most, offset + bytes.length), 0);
  await writePieces(part, pieces, { size: Math.max(end, newSquashfsOffset + squashfsSize), isSyncedLater: true });
}

/** By one's own rule (version 8 of RFC 9562). */
function makeUuid(bytes: Buffer): Uint8Array {
  const uuid = Uint8Array.from(bytes.subarray(0, 16));
  uuid[6] = ((uuid[6] ?? 0) & 0x0f) | 0x80;
  uuid[8] = ((uuid[8] ?? 0) & 0x3f) | 0x80;
  return uuid;
}
