import { assertNever } from '../lib/assert-never.ts';
import type { ImageMetadata, MetadataPart } from './metadata.ts';
import { groupedDigits, printable } from './printable.ts';
import { fileSystemLabels, partitionTypeLabels } from './sif-codes.ts';
import type { ImageDescription, SifContents, SifDescriptor, SifImage, SquashfsSuperblock } from './types.ts';

type Line = readonly [label: string, value: string | number | undefined];

/**
 * An image as text for people, each line ended. A SIF comes in the words and the order of `siftool header`, then of
 * `siftool list` (source: apptainer/sif `internal/app/siftool/info.go`), then what those two leave out. What the file
 * chose (names, script line) is made safe for a terminal.
 */
export function describeImage(image: ImageDescription | SifContents): string {
  switch (image.kind) {
    case 'sif':
      return describeHeader(image) + describeObjects(image) + describeRest(image);
    case 'squashfs':
      return lines([['Image:', 'Squashfs'], ...squashfsLines(image), sizeLine(image)]);
    case 'ext3':
      return lines([
        ['Image:', 'Ext3'],
        ['ID:', image.uuid],
        ['Label:', image.label === '' ? undefined : printable(image.label)],
        ['Block Size:', readableSize(image.blockSize)],
        ['Bytes Used:', groupedDigits(image.bytesUsed)],
        sizeLine(image),
      ]);
    default:
      return assertNever(image);
  }
}

/** The labels of an image as text for people, one line each, and why there are none. */
export function describeLabels({ labels }: ImageMetadata): string {
  if (labels.kind !== 'found') return `Labels: ${describeAbsence(labels)}\n`;
  const names = Object.keys(labels.value).sort();
  if (names.length === 0) return 'Labels: none\n';
  return lines(names.map((name) => [`${printable(name)}:`, printable(labels.value[name] ?? '')]));
}

function describeAbsence(part: Exclude<MetadataPart<unknown>, { kind: 'found' }>): string {
  return part.kind === 'missing' ? 'none' : `object ${part.object} cannot be used: ${part.why}`;
}

function describeHeader(image: SifContents): string {
  return lines([
    ['Launch Script:', printable(image.launchScript.replace(/\n$/, '')) || undefined],
    ['Version:', image.version],
    ['Primary Architecture:', image.architecture === 'unknown' ? undefined : image.architecture],
    ['ID:', image.uuid],
    ['Created At:', timeText(image.created)],
    ['Modified At:', timeText(image.modified)],
    ['Descriptors Free:', image.descriptorsFree],
    ['Descriptors Total:', image.descriptorsTotal],
    ['Descriptors Offset:', image.descriptorsOffset],
    ['Descriptors Size:', readableSize(image.descriptorsSize)],
    ['Data Offset:', image.dataOffset],
    ['Data Size:', readableSize(image.dataSize)],
  ]);
}

function describeObjects(image: SifContents): string {
  const rule = '-'.repeat(78);
  const head = 'ID   |GROUP   |LINK    |SIF POSITION (start-end)  |TYPE';
  const rows = image.descriptors.map((object) => {
    const group = String(object.group ?? 'NONE').padEnd(7);
    const place = `|${object.offset}-${object.offset + object.size} `.padEnd(26);
    return `${String(object.id).padEnd(4)} |${group} |${linkText(object)} ${place} |${typeText(object)}`;
  });
  return [rule, head, rule, ...rows].map((row) => `${row}\n`).join('');
}

function linkText({ link }: SifDescriptor): string {
  if (link?.kind === 'group') return `${String(link.id).padEnd(3)} (G)`;
  return String(link?.id ?? 'NONE').padEnd(7);
}

function typeText(object: SifDescriptor): string {
  switch (object.type) {
    case 'partition': {
      const fileSystem = fileSystemLabels[object.fileSystem];
      const partition = partitionTypeLabels[object.partitionType];
      return `${object.typeName} (${fileSystem}/${partition}/${object.architecture})`;
    }
    case 'signature':
      return `${object.typeName} (${object.hash})`;
    case 'crypto-message':
      return `${object.typeName} (${object.format}/${object.message})`;
    case 'sbom':
      return `${object.typeName} (${object.format})`;
    default:
      return object.typeName;
  }
}

function describeRest(image: SifContents | SifImage): string {
  const root = 'rootFileSystem' in image ? image.rootFileSystem : undefined;
  const rest: Line[] = [];
  if (root !== undefined) {
    rest.push(['Root File System:', `object ${root.id}, ${fileSystemLabels[root.fileSystem]}, ${root.architecture}`]);
    if (root.squashfs !== undefined) rest.push(...squashfsLines(root.squashfs));
  }
  for (const object of image.descriptors) {
    if (object.name !== '') rest.push([`Name of ${object.id}:`, printable(object.name)]);
    if (object.type === 'signature') rest.push([`Signer of ${object.id}:`, object.fingerprint ?? 'not given']);
  }
  return `\n${lines([...rest, sizeLine(image)])}`;
}

function squashfsLines(squashfs: SquashfsSuperblock): Line[] {
  return [
    ['Compressor:', squashfs.compressor],
    ['Block Size:', readableSize(squashfs.blockSize)],
    ['Bytes Used:', groupedDigits(squashfs.bytesUsed)],
    ['File System Made:', timeText(squashfs.mkfsTime)],
  ];
}

function sizeLine({ fileSize }: { readonly fileSize: number }): Line {
  return ['File Size:', `${groupedDigits(fileSize)} bytes`];
}

/** Two columns, the second aligned; a line without a value is left out. */
function lines(pairs: readonly Line[]): string {
  const shown = pairs.filter(([, value]) => value !== undefined);
  const width = Math.max(0, ...shown.map(([label]) => label.length));
  return shown.map(([label, value]) => `${label.padEnd(width)} ${value}\n`).join('');
}

/** As siftool: powers of 1024, no decimals. */
function readableSize(bytes: number): string {
  if (bytes < 1024) return `${bytes} B`;
  let unit = 0;
  let size = bytes / 1024;
  for (; size >= 1024; size /= 1024) unit++;
  return `${Math.round(size)} ${'KMGTPE'[unit]}iB`;
}

/** As Go prints a time in UTC; `seconds` as it is where a calendar does not reach. */
function timeText(seconds: number | undefined): string | undefined {
  if (seconds === undefined) return undefined;
  const date = new Date(seconds * 1000);
  if (Number.isNaN(date.getTime())) return `${seconds} s since 1970`;
  const year = date.getUTCFullYear();
  const digits = `${year < 0 ? '-' : ''}${String(Math.abs(year)).padStart(4, '0')}`;
  return `${digits}${date.toISOString().slice(-20, -14)} ${date.toISOString().slice(-13, -5)} +0000 UTC`;
}
