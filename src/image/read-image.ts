import { hasAscii } from './bytes.ts';
import { isExtFileSystem } from './ext3-superblock.ts';
import { invalidImage, truncatedImage } from './image-errors.ts';
import { readBytes } from './read-bytes.ts';
import { type FileSystemPlace, readExt3, readSquashfs } from './read-file-system.ts';
import { readContents, readRootFileSystem } from './read-sif.ts';
import { recognise } from './recognise.ts';
import { isSif, sifHeaderSize } from './sif.ts';
import { isSquashfs } from './squashfs-superblock.ts';
import type { ImageDescription, ImageReader, SifContents } from './types.ts';

/** The runtimes read this many bytes to know a file's kind, and refuse a file that is shorter. */
const headSize = 2048;

/**
 * What an image is, from a few small reads: 35 KB for what builders make, 1.3 MB at the very most. Throws
 *
 * - `image-truncated` where the file is shorter than its own header says (the message has both sizes),
 * - `image-invalid` where no runtime would start it (the message says what it is or looks like),
 * - `image-unreadable` where reading fails, `image-changed` where the file ends before `reader.size`.
 *
 * Passing proves that no end is missing, not that no bit is wrong: that needs a checksum. `displayPath` is the file
 * as the user knows it.
 */
export async function readImage(reader: ImageReader, displayPath: string): Promise<ImageDescription> {
  const head = await readHead(reader, displayPath);
  if (isSif(head)) {
    const contents = await readContents(reader, displayPath, head);
    return { ...contents, rootFileSystem: await readRootFileSystem(reader, displayPath, contents) };
  }
  const offset = fileSystemOffset(head);
  if (isSquashfs(head, offset)) {
    const squashfs = await readSquashfs(reader, bareFileSystem(reader, displayPath, offset));
    if (reader.size >= headSize) return { kind: 'squashfs', fileSize: reader.size, offset, ...squashfs };
    throw invalidImage(
      `\`${displayPath}\` is a squashfs of ${reader.size} bytes, and runtimes refuse less than ${headSize}`,
      'make it again without the option -nopad of mksquashfs',
    );
  }
  if (isExtFileSystem(head, offset)) {
    const ext3 = await readExt3(reader, bareFileSystem(reader, displayPath, offset));
    return { kind: 'ext3', fileSize: reader.size, offset, ...ext3 };
  }
  throw notA('an image', reader, displayPath, head);
}

/**
 * The objects of a SIF whether or not a runtime can start it (an OCI-SIF, a data container): what `siftool list`
 * shows. Throws as `readImage` does, where the file is no SIF or not whole.
 */
export async function readSifContents(reader: ImageReader, displayPath: string): Promise<SifContents> {
  const head = await readHead(reader, displayPath);
  if (isSif(head)) return readContents(reader, displayPath, head);
  throw notA('a SIF', reader, displayPath, head);
}

function readHead(reader: ImageReader, displayPath: string): Promise<Uint8Array> {
  return readBytes(reader, { offset: 0, length: Math.min(reader.size, headSize), displayPath });
}

/** Singularity 2 put a line of script and one byte before the file system. Source: Apptainer `pkg/image/squashfs.go`. */
function fileSystemOffset(head: Uint8Array): number {
  if (isSquashfs(head) || isExtFileSystem(head)) return 0;
  const launch = ' run-singularity';
  const at = Buffer.from(head).indexOf(launch, 0, 'latin1');
  return at > 0 ? at + launch.length + 1 : 0;
}

function bareFileSystem(reader: ImageReader, displayPath: string, offset: number): FileSystemPlace {
  return {
    displayPath,
    what: `\`${displayPath}\``,
    offset,
    size: reader.size - offset,
    truncated: (bytesUsed) => truncatedImage(displayPath, reader.size, offset + bytesUsed),
  };
}

function notA(what: string, reader: ImageReader, displayPath: string, head: Uint8Array): Error {
  // Every builder's SIF begins with this line: less than a header of it is a copy that had just begun.
  if (reader.size < sifHeaderSize && hasAscii(head, 0, '#!/usr/bin/env run-singularity')) {
    return truncatedImage(displayPath, reader.size, sifHeaderSize);
  }
  const { looks, hint } = recognise(head, reader.size);
  return invalidImage(`\`${displayPath}\` is not ${what}: it ${looks}`, hint);
}
