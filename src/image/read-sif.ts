import { CtinstallError } from '../lib/errors.ts';
import { invalidImage, parsedOrThrow, truncatedImage } from './image-errors.ts';
import { groupedDigits } from './printable.ts';
import { readBytes } from './read-bytes.ts';
import { readExt3, readSquashfs } from './read-file-system.ts';
import { parseSifDescriptors, parseSifHeader, sifDescriptorSize, sifHeaderSize } from './sif.ts';
import type { ImageReader, RootFileSystem, SifContents } from './types.ts';

/** A runtime reads this many bytes of a partition to know its file system, and refuses one that ends before. */
const partitionHeadSize = 2048;

/**
 * The header and the objects of the SIF whose first bytes are `head`. Throws `image-truncated` where the file ends
 * before the table or an object does, `image-invalid` where a number in it is impossible.
 */
export async function readContents(reader: ImageReader, displayPath: string, head: Uint8Array): Promise<SifContents> {
  if (head.length < sifHeaderSize) throw truncatedImage(displayPath, reader.size, sifHeaderSize);
  const header = parsedOrThrow(parseSifHeader(head), `\`${displayPath}\``);
  const length = header.descriptorsTotal * sifDescriptorSize;
  const tableEnd = header.descriptorsOffset + length;
  if (reader.size < tableEnd) {
    const dataEnd = header.dataOffset + header.dataSize;
    throw truncatedImage(displayPath, reader.size, Math.max(tableEnd, dataEnd));
  }
  const table = await readBytes(reader, { offset: header.descriptorsOffset, length, displayPath });
  const descriptors = parsedOrThrow(parseSifDescriptors(table, header), `\`${displayPath}\``);
  const end = descriptors.reduce((most, object) => Math.max(most, object.offset + object.size), tableEnd);
  if (reader.size < end) throw truncatedImage(displayPath, reader.size, end);
  return { kind: 'sif', fileSize: reader.size, ...header, descriptors };
}

/**
 * The primary system partition, proved to hold a file system that a runtime mounts. Throws `image-invalid` where
 * there is none, several, or one of another kind; `image-truncated` where the file system is longer than its partition.
 */
export async function readRootFileSystem(
  reader: ImageReader,
  displayPath: string,
  contents: SifContents,
): Promise<RootFileSystem> {
  const [root, ...others] = contents.descriptors.flatMap((object) =>
    object.type === 'partition' && object.partitionType === 'primary-system' ? [object] : [],
  );
  if (root === undefined) throw withoutRoot(displayPath, contents);
  if (others.length > 0) {
    const ids = [root, ...others].map(({ id }) => id).join(', ');
    throw invalidImage(`\`${displayPath}\` is damaged: objects ${ids} are all its primary system partition`);
  }
  const { id, fileSystem, architecture, offset, size } = root;
  const what = `the root file system of \`${displayPath}\` (object ${id})`;
  const place = {
    displayPath,
    what,
    offset,
    size,
    truncated: (bytesUsed: number) => truncatedPartition(what, size, bytesUsed),
  };
  const found = { id, architecture, offset, size };
  if (reader.size < offset + partitionHeadSize) {
    throw invalidImage(`${what} is ${size} bytes, and runtimes refuse less than ${partitionHeadSize}`);
  }
  switch (fileSystem) {
    case 'squashfs':
      return { ...found, fileSystem, squashfs: await readSquashfs(reader, place) };
    case 'ext3':
      await readExt3(reader, place);
      return { ...found, fileSystem, squashfs: undefined };
    case 'encrypted-squashfs':
    case 'gocryptfs-squashfs':
      return { ...found, fileSystem, squashfs: undefined };
    default:
      throw invalidImage(
        `${what} is of a kind that runtimes do not mount (${fileSystem})`,
        'build the image again, with a squashfs',
      );
  }
}

function withoutRoot(displayPath: string, contents: SifContents): CtinstallError {
  if (contents.descriptors.some(({ type }) => type === 'oci-root-index')) {
    return invalidImage(
      `\`${displayPath}\` is an OCI-SIF: it needs SingularityCE ≥ 4 with \`--oci\`, and Apptainer cannot run it`,
      'build a plain SIF from the same source: `singularity build <image>.sif docker://…`',
    );
  }
  const types = [...new Set(contents.descriptors.map(({ typeName }) => typeName))].join(', ');
  return invalidImage(
    `\`${displayPath}\` has no root file system: it holds ${types === '' ? 'nothing' : `only ${types}`}`,
    'name a SIF with a primary system partition (`*System` in `siftool list`)',
  );
}

function truncatedPartition(what: string, size: number, bytesUsed: number): CtinstallError {
  const sizes = `${groupedDigits(size)} bytes, and needs ${groupedDigits(bytesUsed)}`;
  return new CtinstallError('image-truncated', `${what} is incomplete: it has ${sizes}`, {
    hint: 'build the image again: it was made of a file system whose end was missing',
  });
}
